// Where items come from: iterators, read only as far as the engine asks.

import { now } from "./clock.js";
import { engine } from "./engine.js";

/** Asks the source for an item; `drain` lets the executor go on when the answer comes late. */
export function pull(run, drain) {
  let step;
  try {
    step = run.source.next();
    if (!run.isAsync) return take(run, step);
  } catch (error) {
    return breakSource(run, error);
  }
  Promise.resolve(step).then(
    (step) => {
      if (run.over) return;
      try {
        take(run, step);
      } catch (error) {
        breakSource(run, error);
      }
      drain();
    },
    (error) => {
      if (run.over) return;
      breakSource(run, error);
      drain();
    },
  );
}

function take(run, step) {
  if (typeof step !== "object" || step === null)
    return breakSource(run, new TypeError(`an iterator gave ${String(step)}`));
  if (step.done) {
    run.sourceIsOpen = false;
    return engine.engine_close(run.id);
  }
  const { value } = step;
  if (run.ended) return;
  const index = run.items.push(value) - 1;
  try {
    run.itemKeys.identify(run.items[index], index);
  } catch (error) {
    run.items.pop();
    closeSource(run);
    return breakSource(run, error);
  }
  engine.engine_push(run.id, 1);
}

function breakSource(run, error) {
  run.sourceIsOpen = false;
  run.sourceError ??= { error };
  run.end(new DOMException("The run was stopped by the failure of its source", "AbortError"));
  engine.engine_source_failed(run.id, now());
}

/** Tells a source that is not read to its end. What it answers is of no more interest. */
export function closeSource(run) {
  if (!run.sourceIsOpen) return;
  run.sourceIsOpen = false;
  try {
    Promise.resolve(run.source.return?.()).catch(() => {});
  } catch {
    // The run has its own reason to end.
  }
}
