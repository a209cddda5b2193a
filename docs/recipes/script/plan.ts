/**
 * The plan before any call: how many scenes there are, how long each is, how many are written at
 * once.
 */
import type { BatchSize, ScenePlan, Video } from "./types";

const SCENE_SECONDS = 8;
/** Just below 8: of the counts of the document's table (22, 37, 75, 113) some are rounded up, and some down. */
const COUNTED_AS = 7.95;
const LONGEST = 60;
const MOST_AT_ONCE = 10;

export function sceneCount(minutes: number): number {
  return Math.max(1, Math.floor((60 * minutes) / COUNTED_AS));
}

export function checkVideo(video: Video): Video {
  const { minutes, apiKeys } = video;
  if (!(minutes > 0 && minutes <= LONGEST))
    throw new RangeError(`minutes must be above 0 and at most ${LONGEST}, not ${minutes}`);
  if (apiKeys.length === 0) throw new RangeError("apiKeys must have at least one key, not none");
  return video;
}

/** Scenes of 8 seconds; the last one takes what is left. */
export function planScenes(minutes: number, count: number): ScenePlan[] {
  const left = Math.max(1, Math.round(60 * minutes) - SCENE_SECONDS * (count - 1));
  return Array.from({ length: count }, (_, n) => ({
    scene_num: n + 1,
    total_scenes: count,
    duration: n < count - 1 ? SCENE_SECONDS : left,
  }));
}

export function batchSizeOf({ batchSize, apiKeys }: Pick<Video, "batchSize" | "apiKeys">): number {
  return batchSize === "keys" ? Math.min(MOST_AT_ONCE, apiKeys.length) : batchSize;
}

/** The first and the last scene of every batch. */
export function batchesOf(scenes: number, size: number): { first: number; last: number }[] {
  return Array.from({ length: Math.ceil(scenes / size) }, (_, n) => ({
    first: n * size + 1,
    last: Math.min(scenes, (n + 1) * size),
  }));
}

export const batchSizes: readonly BatchSize[] = [3, 5, 10, "keys"];
/** Of the document's table; the first fits into one batch. */
export const lengths: readonly number[] = [1, 3, 5, 10, 15];
