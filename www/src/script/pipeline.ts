import { Limiter, startBatches, startPipeline, type BatchContext, type Run, type TaskContext } from "sluicegate";
import { endTrack, Writer } from "./api";
import { finishScript } from "./finish";
import { batchSizeOf, planScenes } from "./plan";
import { retryPolicy } from "./retry";
import type { Metadata, Scene, ScenePlan, Script, Video } from "./types";

export type Outputs = { plan: ScenePlan[]; metadata: Metadata; scenes: readonly Scene[]; script: Script };
const service = new Limiter(); // 5 requests at once: of the browser's six connections one stays free

/** An idea becomes a script: metadata first, then scenes in batches, each written after the last 3 scenes before its batch. */
export function startScript(video: Video, watch: (scenes: Run<Scene, ScenePlan>) => void) {
  const writer = new Writer(video);
  const retry = retryPolicy(video.pace);

  async function writeScenes(plan: ScenePlan[], metadata: Metadata, phase: TaskContext) {
    const write = (scene: ScenePlan, _: number, context: BatchContext<Scene>) =>
      writer.writeScene(scene, metadata, context.completed.slice(-3), context);
    const scenes = startBatches(plan, batchSizeOf(video), write, {
      key: ({ scene_num }) => `${scene_num}`,
      limiter: service,
      retry,
      onFailure: "pause", // what is written stays; resume({ retryFailed: true }) goes on
      signal: phase.cancelled,
      onProgress: ({ completed }) => phase.report({ fraction: completed / plan.length }),
      onOutcome: endTrack,
    });
    watch(scenes);
    return (await scenes.finished).values;
  }

  // To 15, 25, 90 and 100 %.
  return startPipeline<Outputs>([
    { name: "plan", weight: 15, run: (_, { report }) => planScenes(video, report) },
    { name: "metadata", weight: 10, onFailure: "pause", run: ({ plan }, phase) => writer.writeMetadata(plan!, phase, retry) },
    { name: "scenes", weight: 65, run: ({ plan, metadata }, phase) => writeScenes(plan!, metadata!, phase) },
    { name: "script", weight: 10, run: ({ metadata, scenes }, { report }) => finishScript(metadata!, scenes!, report) },
  ]);
}
