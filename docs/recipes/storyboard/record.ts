/** The server's record of a story: which scenes have what. */
import type { Kind, Scene, WantedPiece } from "./api";

export const kinds = ["audio", "images"] as const;

export const urlOf = (scene: Scene, kind: Kind): string | null => (kind === "audio" ? scene.audioUrl : scene.imageUrl);

/** The scenes at or after `from` that have no sound, or no picture, yet. */
export function missing(scenes: readonly Scene[], kind: Kind, from = 0): number[] {
  return scenes.filter((scene) => scene.index >= from && urlOf(scene, kind) === null).map((scene) => scene.index);
}

export const missingPieces = (scenes: readonly Scene[], of: readonly Kind[] = kinds): WantedPiece[] =>
  of.flatMap((kind) => missing(scenes, kind).map((index) => ({ kind, index, replaces: null })));

export function pieceOf(scenes: readonly Scene[], kind: Kind, index: number, prompt?: string): WantedPiece {
  const scene = scenes[index];
  return { kind, index, prompt, replaces: scene === undefined ? null : urlOf(scene, kind) };
}

/** Only this kind is taken over: the other one may be newer here than in the reply. */
export function withMade<S extends Scene>(
  scene: S,
  kind: Kind,
  { imageUrl, visualPrompt, audioUrl, audioSeconds }: Scene,
): S {
  return kind === "images" ? { ...scene, imageUrl, visualPrompt } : { ...scene, audioUrl, audioSeconds };
}
