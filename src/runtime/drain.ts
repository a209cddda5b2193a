// Lets the executor go on. A module of its own, so that whoever asks for it need not know the executor.

import { soon } from "./turn.ts";

let drain = (): void => {};
let isScheduled = false;

/** Says how the executor goes on. */
export function setDrain(callback: () => void): void {
  drain = callback;
}

/** Goes on now, unless the executor is at work already. */
export const drainNow = (): void => drain();

/** Goes on when the stack is empty. */
export function drainSoon(): void {
  if (isScheduled) return;
  isScheduled = true;
  soon(() => {
    isScheduled = false;
    drain();
  });
}
