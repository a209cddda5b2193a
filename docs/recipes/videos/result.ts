/**
 * The result of an image_to_video step, in the exact shape of the pipeline; which image failed is told by the outcomes
 * beside it.
 */
import type { RunSnapshot } from "sluicegate";
import { toFailure } from "../shared/failure";
import type { Video } from "./api";
import type { ImageToVideo, Pipeline } from "./definition";

export interface VideosResult {
  readonly success: boolean;
  readonly output_path: string | null;
  readonly output_paths: readonly string[];
  readonly output_url: string | null;
  readonly output_urls: readonly string[];
  readonly cost: number;
  readonly model: string;
  readonly metadata: {
    readonly parallel: boolean;
    readonly max_workers: number;
    readonly total_images: number;
    readonly videos_generated: number;
  };
  readonly error: string | null;
}

type Item = RunSnapshot<Video>["items"][number];

/** In image order, whatever order the videos came in. */
export function videosResult({ model, params }: ImageToVideo, items: readonly Item[]): VideosResult {
  const videos = items.flatMap((item) => (item.status === "fulfilled" ? item.value : []));
  const errors = items.flatMap((item, n) => {
    const why = whyNot(item);
    return why === undefined ? [] : `Image ${n + 1}: ${why}`;
  });
  return {
    success: videos.length > 0,
    output_path: videos[0]?.output_path ?? null,
    output_paths: videos.map((video) => video.output_path),
    output_url: videos[0]?.output_url ?? null,
    output_urls: videos.map((video) => video.output_url),
    cost: videos.reduce((sum, video) => sum + video.cost_estimate, 0),
    model,
    metadata: {
      parallel: params.parallel,
      max_workers: workers(params),
      total_images: items.length,
      videos_generated: videos.length,
    },
    error: errors.length > 0 ? errors.join("; ") : null,
  };
}

/** As the demo server charges them: an image, and a second of video. */
const PRICES: Readonly<Record<string, number>> = { nano_banana_pro: 4, kling_2_6_pro: 2, kling_2_1: 1 };

/** Returns the number of images of a pipeline, and the credits of all that it makes. */
export function planOf({ steps }: Pipeline): { total: number; cost: number } {
  const { text_to_image, split_image, image_to_video } = steps;
  const total = split_image.params.grid === "2x2" ? 4 : 9;
  const video = (PRICES[image_to_video.model] ?? 0) * Number(image_to_video.params.duration);
  return { total, cost: (PRICES[text_to_image.model] ?? 0) + total * video };
}

/** Returns the number of videos to make at once; 1 by default. */
export function workers({ parallel, max_workers }: ImageToVideo["params"]): number {
  return parallel ? max_workers : 1;
}

function whyNot(item: Item): string | undefined {
  if (item.status === "rejected") return toFailure(item.reason).message;
  return item.status === "cancelled" ? "cancelled" : undefined;
}
