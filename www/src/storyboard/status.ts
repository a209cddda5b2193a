import { isSettled } from "recipes/storyboard/pieces";
import type { Phase } from "recipes/storyboard/story";
import type { RunSnapshot } from "sluicegate";
import type { IconName } from "../Icon";
import type { Look } from "../runs/RunHead";
import type { PieceState, Phase as Shown, Status } from "./board";

/** Words and icons of states: never by color alone. */
export const statusLook: Record<Status, Look> = {
  idle: { text: "Not started", icon: "clock", tone: "calm" },
  unfinished: { text: "Not finished", icon: "half", tone: "warn" },
  script: { text: "Script", icon: "brush", tone: "busy" },
  audio: { text: "Audio", icon: "voice", tone: "busy" },
  images: { text: "Images", icon: "picture", tone: "busy" },
  finalizing: { text: "Finalizing", icon: "clock", tone: "busy" },
  complete: { text: "Complete", icon: "check", tone: "good" },
  partial: { text: "Partial", icon: "half", tone: "warn" },
  cancelled: { text: "Cancelled", icon: "stop", tone: "warn" },
  failed: { text: "Failed", icon: "alert", tone: "bad" },
};

export const pieceIcon: Record<PieceState, IconName> = {
  waiting: "clock",
  running: "brush",
  done: "check",
  failed: "alert",
  cancelled: "stop",
};

export function pieceText(state: PieceState): string {
  switch (state) {
    case "waiting":
      return "Waiting";
    case "running":
      return "Generating…";
    case "done":
      return "Done";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Cancelled";
  }
}

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
