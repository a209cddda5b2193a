// Pulls items from sources, and reports them to the engine.

import { drainNow } from "./drain.ts";
import { engineOf } from "./fast-path.ts";
import { rankItems } from "./priorities.ts";
import type { Run } from "./run.ts";
import { abortError } from "./signals/following.ts";

/** Asks the source of a run for an item. */
export function pull(run: Run): void {
  const { source } = run;
  if (!source) return;
  const give = (step: IteratorResult<unknown>) => {
    if (!run.isOver) take(run, step);
    if (source.isAsync) drainNow();
  };
  const breakSource = (error: unknown) => {
    if (!run.isOver) sourceFailed(run, error);
    if (source.isAsync) drainNow();
  };
  run.callInContext(() => source.pull(give, breakSource));
}

function take(run: Run, step: IteratorResult<unknown>): void {
  const { source } = run;
  if (!source) return;
  try {
    if (step.done) {
      source.isOpen = false;
      run.unread?.end((key) => run.itemKeys.unknown(key));
      return engineOf(run).engine_close(run.id);
    }
    if (run.isEnding) return;
    run.append([step.value]);
  } catch (error) {
    source.close();
    return sourceFailed(run, error);
  }
  engineOf(run).engine_push(run.id, 1);
  run.journaling?.restore(run.items.length - 1, run.items.length);
  rankItems(run, run.items.length - 1);
  const index = run.items.length - 1;
  if (run.unread?.found(run.keyOf(index), index) && run.unread.isEmpty) engineOf(run).engine_seek(run.id, 0);
}

function sourceFailed(run: Run, error: unknown): void {
  if (run.source) run.source.isOpen = false;
  run.sourceError ??= { error };
  run.unread?.end(() => error);
  if (engineOf(run).engine_source_failed(run.id) === 0) return;
  run.endedBy(abortError("The run was stopped by the failure of its source"));
}
