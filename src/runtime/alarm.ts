// Wakes the engine by the timer of the bridge. Browsers hold back the timers of a hidden page to one a second or a
// minute, so there a timer in a worker does. Where the page forbids workers from blobs, its own timers remain.

import { now, timerFired } from "./clock.ts";
import { drainNow, drainSoon } from "./drain.ts";
import { engine } from "./engine.ts";
import { soon } from "./turn.ts";

/** Wakes the engine when the stack is empty. Its timer was set for the time `at`. Called by the bridge. */
export function wakeSoon(at: number): void {
  soon(() => {
    engine.engine_tick(timerFired(at));
    drainNow();
  });
}

/** Sets its one timer anew with each message. */
const SCRIPT = "let t;onmessage=e=>{clearTimeout(t);t=setTimeout(postMessage,e.data,0)}";
/** Browsers fire timers up to a millisecond early. */
const ROUNDING = 1;

/** When the engine is to be woken; Infinity if nothing waits. */
let wakeAt = Infinity;
let worker: Worker | undefined;
let isForbidden = false;
let isFollowing = false;
/** Whether `setAlarm` was called since the last `updateAlarm`. */
let isNew = false;

/** Records when the engine is to be woken, besides the timer of the page. Called by the bridge. */
export function setAlarm(at: number): void {
  wakeAt = at;
  isNew = true;
}

/** Applies the last call of `setAlarm`. A page may have replaced what it uses, so it runs outside of the wasm. */
export function updateAlarm(): void {
  if (!isNew) return;
  isNew = false;
  if (typeof document === "undefined") return;
  if (!isFollowing) document.addEventListener("visibilitychange", follow);
  isFollowing = true;
  if (document.hidden) follow();
}

function follow(): void {
  if (!document.hidden) {
    worker?.terminate();
    worker = undefined;
  } else if (wakeAt < Infinity && !isForbidden) {
    worker ??= start();
    worker?.postMessage(Math.max(0, wakeAt - now()) + ROUNDING);
  }
}

function start(): Worker | undefined {
  const url = URL.createObjectURL(new Blob([SCRIPT], { type: "text/javascript" }));
  try {
    const started = new Worker(url);
    started.onmessage = () => {
      engine.engine_tick(now());
      if (now() < wakeAt) follow();
      drainSoon();
    };
    started.onerror = forbid;
    return started;
  } catch {
    forbid();
    return undefined;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function forbid(): void {
  isForbidden = true;
  worker = undefined;
}
