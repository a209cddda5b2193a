// Attempts in the browser's own Performance panel.

import { now } from "./clock.ts";
import type { Slot } from "./slot.ts";
import { textOf } from "./values.ts";

/** Marks the attempt that has just ended, well or with an error. */
export function measure({ run, index, attempt, reconciles, startedAt: start }: Slot, error?: unknown): void {
  const color = error === undefined ? "primary" : "error";
  const tooltipText = textOf(error ?? "ok");
  const devtools = { dataType: "track-entry", track: "sluicegate", trackGroup: "Runs", color, tooltipText };
  const what = reconciles ? " reconcile" : "";
  performance.measure(`${run.keyOf(index)} #${attempt}${what}`, { start, end: now(), detail: { devtools } });
}
