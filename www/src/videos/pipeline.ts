import { Limiter, type Run, startPipeline, startRun, type TaskContext } from "sluicegate";
import { drawPicture, endTrack, makeVideo, type Picture, RETRY, type Video } from "./api";
import type { Pipeline } from "./definition";
import { videosResult, workers } from "./result";
import { type Panel, splitImage } from "./split";

// A 429 holds back all videos, lowers what is tried at once, and uses up no attempt.
const backend = new Limiter({ adaptive: { min: 1 } });

/** A prompt becomes a grid picture, the picture its panels, each panel a video: as the YAML says. */
export function startVideoPipeline(pipeline: Pipeline, watch: (videos: Run<Video, Panel>) => void) {
  const { split_image: split, image_to_video: animate } = pipeline.steps;
  const { prompt, prompts } = animate.params;

  async function makeVideos(images: Panel[], context: TaskContext) {
    const videos = startRun(images, (image, i, attempt) => makeVideo(pipeline, image, prompts[i] ?? prompt, attempt), {
      concurrency: workers(animate.params), // 1, unless `parallel: true`
      limiter: backend,
      key: (image) => image.name,
      retry: RETRY,
      signal: context.cancelled, // what is in flight has been paid for, and may finish
      onProgress: ({ fraction }) => context.report({ fraction }),
      onOutcome: endTrack,
    });
    watch(videos);
    const { outcomes } = await videos.finished;
    return { result: videosResult(animate, outcomes), outcomes };
  }

  const splitUp = (drawn?: Picture) => splitImage(drawn!.output_url, split.params);
  return startPipeline([
    { name: "text_to_image", weight: 10, onFailure: "pause", run: (_, context) => drawPicture(pipeline, context) },
    { name: "split_image", weight: 5, onFailure: "pause", run: ({ text_to_image }) => splitUp(text_to_image) },
    { name: "image_to_video", weight: 85, run: ({ split_image = [] }, context) => makeVideos(split_image, context) },
  ]);
}

export type Outputs = ReturnType<typeof startVideoPipeline>["outputs"];
