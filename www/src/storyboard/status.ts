import { isSettled } from "recipes/storyboard/pieces";
import type { Phase } from "recipes/storyboard/story";
import type { RunSnapshot } from "sluicegate";
import { itemLooks, type Look, runLooks } from "../runs/looks";
import type { PieceState, Phase as Shown, Status } from "./board";

export const statusLooks: Record<Status, Look> = {
  ...runLooks,
  script: { text: "Script", icon: "brush", tone: "busy" },
  audio: { text: "Audio", icon: "voice", tone: "busy" },
  images: { text: "Images", icon: "picture", tone: "busy" },
  finalizing: { text: "Finalizing", icon: "clock", tone: "busy" },
  complete: runLooks.completed,
};

export const pieceLooks: Record<PieceState, Look> = {
  ...itemLooks,
  running: { ...itemLooks.running, text: "Generating…" },
  done: itemLooks.fulfilled,
  failed: itemLooks.rejected,
};

const statusIn: Record<Phase, Shown> = {
  script: "script",
  audio: "audio",
  images: "images",
  firstRound: "images",
  secondRound: "images",
  finalize: "finalizing",
};

/** The phase that a run is in; undefined when it has none left. */
export function statusOf({ items }: RunSnapshot<unknown>): Shown | undefined {
  const item = items.find((item) => !isSettled(item));
  return item && statusIn[item.key as Phase];
}
