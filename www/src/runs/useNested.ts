import { useState } from "react";
import { failedAgain } from "recipes/shared/failed-again";
import { toFailure } from "recipes/shared/failure";
import type { Recoverable } from "recipes/shared/recoverable";
import type { PipelineRun, Run } from "sluicegate";
import { type RunControls, useRun, useRunState } from "sluicegate/react";
import { isOpen } from "./looks";

/** Starts a pipeline, and passes the run within it to `watch`. */
type Start<Input, O, V, T> = (
  input: Input,
  options: Recoverable & { readonly watch: (run: Run<V, T>) => void },
) => PipelineRun<O>;

interface NestedOptions {
  /** Whether Resume also makes again what has failed in the inner run. */
  readonly retriesItems: boolean;
  /** Names the items of the inner run, before what they failed of. */
  readonly itemName?: string;
}

/** A pipeline and, within one of its steps, a run: told and steered as one. */
export function useNested<Input, O extends object, V, T>(start: Start<Input, O, V, T>, options: NestedOptions) {
  const [drawn, watch] = useState<Run<V, T>>();
  const inner = useRunState(drawn);
  const outer = useRun(
    (input: Input, recovery: Recoverable) => {
      watch(undefined);
      return start(input, { ...recovery, watch });
    },
    { onOutcome: failedAgain((key): unknown => outer.retry(key)) },
  );
  const { outputs } = outer.run ?? {};
  const controls = { ...asOne(outer, inner, options), run: drawn };
  return { start: outer.start, steps: outer.items, outputs, inner, controls };
}

function asOne(
  outer: RunControls<unknown>,
  inner: RunControls<unknown>,
  { retriesItems, itemName }: NestedOptions,
): RunControls<unknown> {
  const { state, progress, report } = outer;
  const parts = [outer, inner];
  // The pipeline waits for the run within it: where that is paused, nothing goes on.
  const isPaused = state === "running" && inner.state === "paused";
  // After the end a step or an item may be made once more.
  const isOnAgain = state === "finished" && parts.some(({ items }) => items.some(isOpen));
  // A step has an outcome of its own; what has failed in it may have been made since.
  const isMended = report?.status === "partial" && inner.items.length > 0 && !inner.items.some(isRejected);
  return {
    ...outer,
    state: isPaused ? "paused" : isOnAgain ? "running" : state,
    progress: progress && {
      ...progress,
      eta: inner.progress?.eta,
      inProgress: inner.progress?.inProgress ?? progress.inProgress,
    },
    items: inner.state === "idle" ? outer.items : inner.items.map((item) => named(item, itemName)),
    report: isMended ? { ...report, status: "completed" } : report,
    pause: () => parts.forEach((run) => run.pause()),
    resume: (how) => (outer.resume(how), inner.resume(retriesItems ? how : undefined)),
    cancel: (reason) => parts.forEach((run) => run.cancel(reason)),
  };
}

type Item = RunControls<unknown>["items"][number];

const isRejected = ({ status }: Item): boolean => status === "rejected";

function named(item: Item, name: string | undefined): Item {
  if (name === undefined || item.status !== "rejected") return item;
  return { ...item, reason: new Error(`${name} ${item.index + 1}: ${toFailure(item.reason).message}`) };
}
