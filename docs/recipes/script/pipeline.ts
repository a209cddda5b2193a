import { type BatchContext, type Run, startBatches, startPipeline, type TaskContext } from "sluicegate";
import type { RunJournal } from "sluicegate/journal";
import { failedAgain } from "../shared/failed-again";
import { backend, Writer } from "./api";
import { alignCharacters, checkContinuity } from "./finish";
import { batchSizeOf, checkVideo, planScenes, sceneCount } from "./plan";
import { retryPolicy } from "./retry";
import type { Metadata, Outputs, Scene, ScenePlan, Video } from "./types";

interface ScriptOptions {
  /** A start with the same journal goes on where the last one was. */
  readonly journal: RunJournal;
  readonly onJournalError: (error: unknown) => void;
  readonly watch: (scenes: Run<Scene, ScenePlan>) => void;
}

/**
 * An idea becomes a script: metadata first, then scenes in batches, each written after the last 3 scenes before its
 * batch.
 */
export function startScript(video: Video, { journal, onJournalError, watch }: ScriptOptions) {
  const writer = new Writer(video);
  const retry = retryPolicy(video.pace);

  async function writeScenes(plan: ScenePlan[], metadata: Metadata, phase: TaskContext) {
    const write = (scene: ScenePlan, _: number, context: BatchContext<Scene>) =>
      writer.writeScene(scene, metadata, context.completed.slice(-3), context);
    const scenes = startBatches(plan, batchSizeOf(video), write, {
      key: ({ scene_num }) => `${scene_num}`,
      limiter: backend,
      retry,
      onFailure: "pause", // what is written stays; resume({ retryFailed: true }) goes on
      signal: phase.cancelled,
      journal: phase.journal,
      repeatable: true, // all calls have keys
      onOutcome: failedAgain((key): unknown => scenes.retry(key)),
      onProgress: ({ completed }) => phase.report({ fraction: completed / plan.length }),
    });
    watch(scenes);
    const { values } = await scenes.finished;
    phase.cancelled.throwIfAborted(); // a cancelled phase is not done: the next start goes on with it
    return values;
  }

  // As the original system counts: to 5, 10, 15 and 25 %, from scene to scene to 90, then to 92, 95 and 100.
  return startPipeline<Outputs>(
    [
      { name: "video", weight: 5, repeatable: true, run: () => checkVideo(video) },
      { name: "count", weight: 5, repeatable: true, run: () => sceneCount(video.minutes) },
      { name: "plan", weight: 5, repeatable: true, run: ({ count }) => planScenes(video.minutes, count!) },
      {
        name: "metadata",
        weight: 10,
        onFailure: "pause",
        repeatable: true,
        run: ({ plan }, on) => writer.writeMetadata(plan!, on, retry),
      },
      {
        name: "scenes",
        weight: 65,
        repeatable: true,
        run: ({ plan, metadata }, phase) => writeScenes(plan!, metadata!, phase),
      },
      { name: "continuity", weight: 2, repeatable: true, run: ({ scenes }) => checkContinuity(scenes!) },
      {
        name: "characters",
        weight: 3,
        repeatable: true,
        run: ({ scenes, metadata }) => alignCharacters(scenes!, metadata!),
      },
      {
        name: "script",
        weight: 5,
        repeatable: true,
        run: ({ metadata, characters }) => ({ ...metadata!, scenes: characters! }),
      },
    ],
    { journal, onJournalError },
  );
}
