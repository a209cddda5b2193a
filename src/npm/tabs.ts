/**
 * sluicegate/tabs: limiters that all tabs and workers of an origin share.
 *
 * @example
 * import { Limiter } from "sluicegate";
 * import { sharedAcrossTabs } from "sluicegate/tabs";
 *
 * const backend = new Limiter({ limit: 4, sharedAcrossTabs: sharedAcrossTabs("backend") });
 * @module
 */

import { badOption } from "../runtime/values.ts";
import { missing, opener } from "../tabs/link.ts";
import type { SharedLimiter } from "./modes.ts";

export type { SharedLimiter } from "./modes.ts";

/**
 * Returns the value of the option `sharedAcrossTabs` of a limiter. Limiters of one name share their limit, rate,
 * stagger, cooldown and what `adaptive` learns, in all tabs and workers of the origin. Give all of them the same
 * options: where they differ, those of the tab that leads hold. A tab that is closed or crashes gives its places back.
 *
 * @throws TypeError if `name` is not a string that is not empty.
 * @throws TypeError where the environment has no Web Locks or no BroadcastChannel: pages need HTTPS or localhost, and
 *   Node.js has locks from version 24.
 * @example
 * const backend = new Limiter({ limit: 4, sharedAcrossTabs: sharedAcrossTabs("backend") });
 */
export function sharedAcrossTabs(name: string): SharedLimiter {
  if (typeof name !== "string" || name === "") throw badOption("name", "a string that is not empty", name);
  const lacks = missing();
  if (lacks === undefined) return opener(name);
  const remedy = "Serve the page by HTTPS or from localhost, or leave the option out.";
  throw new TypeError(`\`sharedAcrossTabs\` needs ${lacks}, which this environment does not have. ${remedy}`);
}
