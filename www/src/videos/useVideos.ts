import { useState } from "react";
import { failedAgain } from "recipes/shared/failed-again";
import { toFailure } from "recipes/shared/failure";
import type { Recoverable } from "recipes/shared/recoverable";
import type { Video } from "recipes/videos/api";
import type { Pipeline } from "recipes/videos/definition";
import { startVideoPipeline } from "recipes/videos/pipeline";
import type { Panel } from "recipes/videos/split";
import type { Run, RunReport } from "sluicegate";
import { type RunControls, useRun, useRunState } from "sluicegate/react";

/** The pipeline and, within its last step, the run of its videos: told and steered as one. */
export function useVideos() {
  const [handle, watch] = useState<Run<Video, Panel>>();
  const videos = useRunState(handle);
  const steps = useRun(
    (pipeline: Pipeline, recovery: Recoverable) => {
      watch(undefined);
      return startVideoPipeline(pipeline, { ...recovery, watch });
    },
    { onOutcome: failedAgain((key): unknown => steps.retry(key)) },
  );
  const outputs = steps.run?.outputs;
  return { start: steps.start, steps, videos, outputs, drawn: handle, controls: asOne(steps, videos) };
}

function asOne(steps: RunControls<unknown>, videos: RunControls<Video>): RunControls<unknown> {
  // After the end a step or a video may be made once more.
  const isOpen =
    steps.state === "finished" &&
    [...steps.items, ...videos.items].some(({ status }) => ["waiting", "running", "retrying"].includes(status));
  return {
    ...steps,
    state: isOpen ? "running" : steps.state,
    progress: steps.progress && { ...steps.progress, eta: videos.progress?.eta },
    items:
      videos.state === "idle"
        ? steps.items
        : videos.items.map((item) => (item.status === "rejected" ? { ...item, reason: named(item) } : item)),
    report: steps.report && endOf(steps.report, videos.items),
    pause: () => [steps, videos].forEach((run) => run.pause()),
    // A failed video is made again where somebody asks for it; a failed step must be.
    resume: () => (steps.resume({ retryFailed: true }), videos.resume()),
    cancel: (reason) => [steps, videos].forEach((run) => run.cancel(reason)),
  };
}

/** A step has an outcome of its own: that some of its videos failed is not to be lost in it. */
function endOf(report: RunReport<unknown>, items: RunControls<Video>["items"]): RunReport<unknown> {
  const errors = items.flatMap((item) => (item.status === "rejected" ? [named(item)] : []));
  // A video may have been made once more since.
  if (errors.length === 0)
    return items.length > 0 && report.status === "partial" ? { ...report, status: "completed" } : report;
  return { ...report, error: new AggregateError(errors) };
}

function named({ index, reason }: { index: number; reason: unknown }): Error {
  return new Error(`Image ${index + 1}: ${toFailure(reason).message}`);
}
