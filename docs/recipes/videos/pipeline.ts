import { type Run, startPipeline, startRun, type TaskContext } from "sluicegate";
import type { RunJournal } from "sluicegate/journal";
import { RETRY } from "../shared/calls";
import { failedAgain } from "../shared/failed-again";
import { backend, drawPicture, makeVideo, type Picture, type Video } from "./api";
import type { Pipeline } from "./definition";
import { type VideosResult, videosResult, workers } from "./result";
import { type Panel, splitImage } from "./split";

export interface Outputs {
  text_to_image: Picture;
  split_image: Panel[];
  image_to_video: VideosResult;
}
interface PipelineOptions {
  /** A start with the same journal goes on where the last one was. */
  readonly journal: RunJournal;
  readonly onJournalError: (error: unknown) => void;
  readonly watch: (videos: Run<Video, Panel>) => void;
}

/** A prompt becomes a grid picture, the picture its panels, each panel a video: as the YAML says. */
export function startVideoPipeline(pipeline: Pipeline, { journal, onJournalError, watch }: PipelineOptions) {
  const { split_image, image_to_video: animate } = pipeline.steps;
  const { prompt, prompts } = animate.params;

  async function makeVideos(images: Panel[], context: TaskContext) {
    const videos = startRun(images, (image, i, attempt) => makeVideo(pipeline, image, prompts[i] ?? prompt, attempt), {
      concurrency: workers(animate.params), // 1, unless `parallel: true`
      key: (image) => image.name,
      retry: RETRY,
      signal: context.cancelled, // what is in flight has been paid for, and may finish
      onProgress: ({ fraction }) => context.report({ fraction }),
      limiter: backend,
      waitOnline: true,
      journal: context.journal,
      repeatable: true, // all calls have keys
      onOutcome: failedAgain((key): unknown => videos.retry(key)),
    });
    watch(videos);
    const { outcomes, error } = await videos.finished;
    context.cancelled.throwIfAborted(); // a cancelled phase is not done: the next start goes on with it
    if (error) throw error; // nor is one without some of its videos
    return videosResult(animate, outcomes);
  }

  const split = ({ text_to_image }: Partial<Outputs>) => splitImage(text_to_image!.output_url, split_image.params);
  return startPipeline<Outputs>(
    [
      {
        name: "text_to_image",
        weight: 10,
        onFailure: "pause",
        repeatable: true,
        run: (_, context) => drawPicture(pipeline, context),
      },
      { name: "split_image", weight: 5, onFailure: "pause", repeatable: true, run: split },
      {
        name: "image_to_video",
        weight: 85,
        onFailure: "continue",
        repeatable: true,
        run: ({ split_image = [] }, context) => makeVideos(split_image, context),
      },
    ],
    { journal, onJournalError },
  );
}
