import type { Kind, Scene } from "../api";
import type { Board } from "./board";
import { missing } from "./record";

/** How far a storyboard is. */
export interface BoardProgress {
  readonly fraction: number;
  readonly completed: number;
  readonly inProgress: number;
  readonly total: number;
}

/** The share of each phase in the whole. */
export const WEIGHTS = { script: 10, audio: 30, images: 50, finalize: 10 };

/**
 * Returns the share that is there, weighted as the phases are: pieces that were asked for one by one are in no run's
 * progress.
 */
export function shareOf(scenes: readonly Scene[], isFinished: boolean): number {
  if (scenes.length === 0) return 0;
  const share = (kind: Kind): number => WEIGHTS[kind] * (1 - missing(scenes, kind).length / scenes.length);
  return (WEIGHTS.script + share("audio") + share("images") + (isFinished ? WEIGHTS.finalize : 0)) / 100;
}

export function progressOf({ scenes, fraction }: Board): BoardProgress {
  const pieces = scenes.flatMap((scene) => [scene.pieces.audio, scene.pieces.images]);
  return {
    fraction,
    completed: pieces.filter((piece) => piece.state === "done").length,
    inProgress: pieces.filter((piece) => piece.state === "running").length,
    total: pieces.length,
  };
}
