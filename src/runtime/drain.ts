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

/** Sends the message of a shared limiter to the other tabs, and lets this one take over if it is to. */
export let tell = (_limiter: number, _takesOver: boolean): void => {};

/** Registers what sends the messages of shared limiters. Only those who share one download it. */
export function setTell(callback: typeof tell): void {
  tell = callback;
}
