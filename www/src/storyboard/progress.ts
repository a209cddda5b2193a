import type { Kind, Scene } from "recipes/storyboard/api";
import { WEIGHTS } from "recipes/storyboard/pipeline";
import { missing } from "recipes/storyboard/record";
import { PRICES } from "recipes/storyboard/story";
import type { Board } from "./board";

/** Returns the weighted share of existing pieces. Pieces that were requested alone are in no run. */
export function shareOf(scenes: readonly Scene[], isFinished: boolean): number {
  if (scenes.length === 0) return 0;
  const share = (kind: Kind): number => WEIGHTS[kind] * (1 - missing(scenes, kind).length / scenes.length);
  return (WEIGHTS.script + share("audio") + share("images") + (isFinished ? WEIGHTS.finalize : 0)) / 100;
}

/** Returns the progress of a storyboard, in pieces. */
export function progressOf({ scenes, fraction }: Board) {
  const pieces = scenes.flatMap((scene) => [scene.pieces.audio, scene.pieces.images]);
  return {
    fraction,
    completed: pieces.filter((piece) => piece.state === "done").length,
    inProgress: pieces.filter((piece) => piece.state === "running").length,
    total: pieces.length,
  };
}

/** Of a story with one scene. */
export const LEAST_COST = PRICES.script + PRICES.audio + PRICES.images;

/** Returns the credits for the pieces that exist, and for those that they replaced. */
export function costOf({ scenes, remade, finished }: Board): number {
  if (scenes.length === 0) return 0;
  const count = (kind: Kind): number => PRICES[kind] * (scenes.length - missing(scenes, kind).length);
  return Math.max(PRICES.script + count("audio") + count("images") + remade, finished?.creditsUsed ?? 0);
}

/** Returns the credits for the pieces that are missing, and for the script if there is none. */
export function costToFinish({ scenes }: Board): number {
  if (scenes.length === 0) return PRICES.script;
  return missing(scenes, "audio").length * PRICES.audio + missing(scenes, "images").length * PRICES.images;
}
