// The limiter of the package, with its public type.

import { RuntimeLimiter } from "../runtime/limiter.ts";
import type { LimiterConstructor, Limiter as LimiterType } from "./modes.ts";

/**
 * Limits what several runs and calls have in flight together. A place is free again when its task has settled, not when
 * its caller stopped waiting. A failure with status 429, 503 or 529 holds back everything that shares the limiter.
 *
 * @throws TypeError for bad options. The message names the option and the value.
 * @example
 * const backend = new Limiter({ limit: 4, stagger: 100, adaptive: true });
 * await processWithConcurrency(scenes, 4, draw, { limiter: backend });
 */
export type Limiter = LimiterType;
export const Limiter: LimiterConstructor = /* @__PURE__ */ new Proxy(RuntimeLimiter as LimiterConstructor, {
  apply() {
    throw new TypeError("`Limiter` is a class: new Limiter(options)");
  },
});
