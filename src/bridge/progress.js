// A run's progress, as callers see it.

import { now } from "./clock.js";
import { engine } from "./engine.js";

/** The order of the numbers is that of `engine_progress` in host.rs. */
export function progressOf(run) {
  if (!engine || run.id < 0) return undefined;
  const at = now();
  const count = (field) => engine.engine_progress(run.id, field, at);
  const known = (number) => (Number.isNaN(number) ? undefined : number);
  return Object.freeze({
    completed: count(0),
    inProgress: count(1),
    total: known(count(2)),
    failed: count(3),
    cancelled: count(4),
    skipped: count(5),
    fraction: count(6),
    eta: known(count(7)),
    elapsed: count(8),
    coolingUntil: run.options.limiter?.coolingUntil,
  });
}

/** Before the engine is loaded. */
export const firstProgress = Object.freeze({
  completed: 0,
  inProgress: 0,
  total: undefined,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  fraction: 0,
  eta: undefined,
  elapsed: 0,
  coolingUntil: undefined,
});
