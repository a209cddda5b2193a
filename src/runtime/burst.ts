// Bursts: when a frame has more reports than a page can paint, the rest of the turn is reported together.

import { holdTime } from "./clock.ts";
import { nextTurn } from "./turn.ts";

/** Duration of a frame, in milliseconds. */
const FRAME = 16;
/** A burst begins with this number of reports in a frame, or with reports that take `SHARE` milliseconds. */
const REPORTS = 100;
const SHARE = FRAME / 2;

let isOn = false;
let frame = -Infinity;
let reports = 0;
let spent = 0;

/** Returns whether a burst is under way. */
export const isBurst = (): boolean => isOn;

/** Counts a report that lasted `from..to`. If it begins a burst, calls `after` at the end of the burst. */
export function countReport(from: number, to: number, after: () => void): void {
  if (from - frame >= FRAME) {
    frame = from;
    reports = spent = 0;
  }
  reports += 1;
  spent += to - from;
  if (isOn || (reports < REPORTS && spent < SHARE)) return;
  isOn = true;
  holdTime(to);
  nextTurn(() => {
    isOn = false;
    holdTime(NaN);
    after();
  });
}
