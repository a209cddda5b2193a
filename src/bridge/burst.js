// A burst: so much is told of in a frame that the rest of the turn is told of together, and not at the cost of the work. No page
// paints more than once a frame.

import { holdTime } from "./clock.js";
import { nextTurn } from "./turn.js";

/** In milliseconds. */
const FRAME = 16;
/** So many reports in a frame, or such that take so much of it. */
const REPORTS = 100;
const SHARE = FRAME / 2;

let isOn = false;
let frame = -Infinity;
let reports = 0;
let spent = 0;

export const isBurst = () => isOn;

/** Somebody was told, from when to when; `after` is called when the burst is over that this begins. */
export function countTold(from, to, after) {
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
