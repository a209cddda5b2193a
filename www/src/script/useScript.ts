import { useState } from "react";
import { startScript } from "recipes/script/pipeline";
import type { Scene, ScenePlan, Video } from "recipes/script/types";
import { failedAgain } from "recipes/shared/failed-again";
import type { Recoverable } from "recipes/shared/recoverable";
import type { Run } from "sluicegate";
import { type RunControls, useRun, useRunState } from "sluicegate/react";

/** The script and, within it, the run of its scenes: told and steered as one. */
export function useScript() {
  const [handle, watch] = useState<Run<Scene, ScenePlan>>();
  const scenes = useRunState(handle);
  const script = useRun(
    (video: Video, recovery: Recoverable) => {
      watch(undefined);
      return startScript(video, { ...recovery, watch });
    },
    { onOutcome: failedAgain((key): unknown => script.retry(key)) },
  );
  return {
    start: script.start,
    outputs: script.run?.outputs ?? {},
    scenes,
    drawn: handle,
    controls: asOne(script, scenes),
  };
}

function asOne(script: RunControls<unknown>, scenes: RunControls<Scene>): RunControls<unknown> {
  const parts = [script, scenes];
  // The script waits for its scenes: where they are paused, nothing goes on.
  const isPaused = script.state === "running" && scenes.state === "paused";
  return {
    ...script,
    state: isPaused ? "paused" : script.state,
    progress: script.progress && {
      ...script.progress,
      eta: scenes.progress?.eta,
      inProgress: scenes.progress?.inProgress ?? script.progress.inProgress,
    },
    items: scenes.state === "idle" ? script.items : scenes.items,
    pause: () => parts.forEach((run) => run.pause()),
    resume: (options) => parts.forEach((run) => run.resume(options)),
    cancel: (reason) => parts.forEach((run) => run.cancel(reason)),
  };
}
