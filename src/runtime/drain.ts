// Resumes the executor. A separate module, so that callers do not import the executor.

import { soon } from "./turn.ts";

let drain = (): void => {};
let isScheduled = false;

/** Registers the loop of the executor. */
export function setDrain(callback: () => void): void {
  drain = callback;
}

/** Runs the executor now, unless it is running. */
export const drainNow = (): void => drain();

/** Runs the executor when the stack is empty. */
export function drainSoon(): void {
  if (isScheduled) return;
  isScheduled = true;
  soon(() => {
    isScheduled = false;
    drain();
  });
}

/** Answers the report of a shared limiter. */
export let answer = (_limiter: number): void => {};

/** Registers what answers the reports of shared limiters. */
export function setAnswer(callback: typeof answer): void {
  answer = callback;
}
