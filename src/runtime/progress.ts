// A run's progress, as callers see it.

import type { Progress } from "../npm/types.ts";
import { now } from "./clock.ts";
import { engineOf } from "./fast-path.ts";
import { isCutOff } from "./online.ts";
import type { Run } from "./run.ts";
import * as table from "./table.ts";

export function progressOf(run: Run): Progress {
  const engine = engineOf(run);
  const at = now();
  const count = (field: number) => engine.engine_progress(run.id, field, at);
  const known = (number: number) => (Number.isNaN(number) ? undefined : number);
  return Object.freeze({
    completed: count(table.PROGRESS_COMPLETED),
    inProgress: count(table.PROGRESS_IN_PROGRESS),
    total: known(count(table.PROGRESS_TOTAL)),
    failed: count(table.PROGRESS_FAILED),
    cancelled: count(table.PROGRESS_CANCELLED),
    skipped: count(table.PROGRESS_SKIPPED),
    fraction: count(table.PROGRESS_FRACTION),
    eta: known(count(table.PROGRESS_ETA)),
    elapsed: count(table.PROGRESS_ELAPSED),
    coolingUntil: run.options.limiter?.coolingUntil,
    ...(isCutOff(run) && { isOffline: true }),
  });
}
