import type { Board } from "./board";

/** How far a storyboard is: shares of the whole as in the backend's own account of its phases. */
export interface BoardProgress {
  readonly fraction: number;
  readonly completed: number;
  readonly inProgress: number;
  readonly total: number;
}

const SHARE = { script: 0.1, audio: 0.3, images: 0.5, finalize: 0.1 };

/** Counted from what is there, so it cannot fall: what has arrived stays. */
export function progressOf({ scenes, finished }: Board): BoardProgress {
  const count = scenes.length;
  if (count === 0) return { fraction: 0, completed: 0, inProgress: 0, total: 0 };
  const sounds = scenes.filter((scene) => scene.audioUrl !== null).length;
  const pictures = scenes.filter((scene) => scene.imageUrl !== null).length;
  const pieces = scenes.flatMap((scene) => [scene.pieces.audio, scene.pieces.images]);
  return {
    fraction:
      SHARE.script +
      SHARE.audio * (sounds / count) +
      SHARE.images * (pictures / count) +
      (finished === undefined ? 0 : SHARE.finalize),
    completed: pieces.filter((piece) => piece.state === "done").length,
    inProgress: pieces.filter((piece) => piece.state === "running").length,
    total: pieces.length,
  };
}
