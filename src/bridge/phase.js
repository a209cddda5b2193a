// A phase as a run: its items are start indexes, and its source is the reply of the last chunk.

import { engine } from "./engine.js";
import { PROCESS, Run } from "./run.js";

/** `next` (phase.rs) makes the next start index of the last chunk. */
export function preparePhase(call, options, retry, next) {
  let last;
  const task = (startIndex, chunk, context) => {
    last = Object.assign(context, { startIndex, chunk });
    return call(last);
  };
  const chunks = { next: () => next(run.values.at(-1), last, run.values, run) };
  const run = new Run(PROCESS, task, options, retry, true);
  run.take({ [Symbol.asyncIterator]: () => chunks });
  return run;
}

/** The server's own counts, for a run whose chunks bring them. */
export function serverCounts(run, counts) {
  if (typeof counts?.completed !== "number" || run.over) return;
  engine.engine_report(run.id, counts.completed, counts.total ?? NaN);
  run.changed = true;
}
