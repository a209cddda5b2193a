// Bursts: where so much is reported in a frame that no page could paint it, the rest of the turn is reported together.

import { holdTime } from "./clock.ts";
import { nextTurn } from "./turn.ts";

/** Milliseconds. No page paints more than once a frame. */
const FRAME = 16;
/** The number of reports in a frame that make a burst, or the time they may take. */
const REPORTS = 100;
const SHARE = FRAME / 2;

let isOn = false;
let frame = -Infinity;
let reports = 0;
let spent = 0;

/** Returns whether a burst is under way. */
export const isBurst = (): boolean => isOn;

/** Counts a report that took from one time to another. Calls `after` when the burst is over that this one begins. */
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
