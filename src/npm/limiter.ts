// The limiter of the package, with its public type.

import { Limiter as RuntimeLimiter } from "../runtime/limiter.ts";
import type { LimiterConstructor, Limiter as LimiterType } from "./modes.ts";

/**
 * What everything that shares it may have in flight. Physical: a place is free again when the task has settled, not
 * when
 * somebody stopped waiting. Calls that fail with a `status` of 429, 503 or 529 hold all that share it back.
 *
 * @throws TypeError for options that cannot be used.
 * @example
 * const backend = new Limiter({ limit: 4, stagger: 100, adaptive: true });
 * await processWithConcurrency(scenes, 4, draw, { limiter: backend });
 */
export type Limiter = LimiterType;
export const Limiter: LimiterConstructor = /* @__PURE__ */ new Proxy(RuntimeLimiter, {
  apply() {
    throw new TypeError("`Limiter` is a class: new Limiter(options)");
  },
});
