import { useState } from "react";
import { failedAgain } from "recipes/shared/failed-again";
import { toFailure } from "recipes/shared/failure";
import type { Recoverable } from "recipes/shared/recoverable";
import type { PipelineRun, Run } from "sluicegate";
import { type RunControls, useRun, useRunState } from "sluicegate/react";
import { isOpen } from "./looks";

/** Starts a pipeline, and passes the run in one of its steps to `watch`. */
type Start<Input, O, V, T> = (
  input: Input,
  options: Recoverable & { readonly watch: (run: Run<V, T>) => void },
) => PipelineRun<O>;

interface NestedOptions {
  /** Set if Resume also retries the failed items of the inner run. */
  readonly retriesItems: boolean;
  /** Noun for an item of the inner run, such as "Video". It begins the messages of its errors. */
  readonly itemName?: string;
}

/** Shows and steers a pipeline and the run in one of its steps as a single run. */
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
  // The pipeline waits for the inner run, so a pause of that one pauses both.
  const isPaused = state === "running" && inner.state === "paused";
  // A step or an item can be retried after the end.
  const isOnAgain = state === "finished" && parts.some(({ items }) => items.some(isOpen));
  // The outcome of the step stays. A retry may have mended the items that failed in it.
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
