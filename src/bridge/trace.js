// Attempts in the browser's own Performance panel.

import { now } from "./clock.js";
import { textOf } from "./errors.js";

/** The attempt that has just ended, well or with `error`. */
export function measure(slot, error) {
  const { run, index, attempt, startedAt: start } = slot;
  const color = error === undefined ? "primary" : "error";
  const devtools = {
    dataType: "track-entry",
    track: "sluicegate",
    trackGroup: "Runs",
    color,
    tooltipText: textOf(error ?? "ok"),
  };
  const what = slot.reconciles ? " in doubt" : "";
  performance.measure(`${run.keyOf(index)} #${attempt}${what}`, { start, end: now(), detail: { devtools } });
}
