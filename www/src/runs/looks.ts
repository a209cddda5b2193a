import type { RunSnapshot } from "sluicegate";
import type { IconName } from "../Icon";

/** Words, icon and tone of a state: never by color alone. */
export interface Look {
  readonly text: string;
  readonly icon: IconName;
  readonly tone: "calm" | "busy" | "good" | "warn" | "bad";
}
type ItemStatus = RunSnapshot<unknown>["items"][number]["status"];

/** Returns whether an item has no outcome yet. */
export const isOpen = ({ status }: { readonly status: ItemStatus }): boolean =>
  status === "waiting" || status === "running" || status === "retrying";

export const itemLooks = {
  waiting: { text: "Waiting", icon: "clock", tone: "calm" },
  running: { text: "Running", icon: "brush", tone: "busy" },
  retrying: { text: "Waiting to retry", icon: "redo", tone: "warn" },
  fulfilled: { text: "Done", icon: "check", tone: "good" },
  rejected: { text: "Failed", icon: "alert", tone: "bad" },
  cancelled: { text: "Cancelled", icon: "stop", tone: "warn" },
  skipped: { text: "Already exists", icon: "check", tone: "good" },
} as const satisfies Record<ItemStatus, Look>;

export const runLooks = {
  idle: { text: "Not started", icon: "clock", tone: "calm" },
  unfinished: { text: "Not finished", icon: "half", tone: "warn" },
  running: itemLooks.running,
  paused: { text: "Paused", icon: "pause", tone: "warn" },
  cancelling: { text: "Stopping", icon: "stop", tone: "warn" },
  completed: { text: "Complete", icon: "check", tone: "good" },
  partial: { text: "Partial", icon: "half", tone: "warn" },
  cancelled: itemLooks.cancelled,
  failed: itemLooks.rejected,
} as const satisfies Record<string, Look>;
