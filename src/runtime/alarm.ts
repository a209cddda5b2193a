// Wakes the engine in a hidden page, whose timers browsers hold back to one a second or a minute: by a timer in a
// worker. Where the page forbids workers from blobs, its own timers remain.

import { now } from "./clock.ts";
import { drainSoon } from "./drain.ts";
import { engine } from "./engine.ts";

/** Sets its one timer anew with each message. */
const SCRIPT = "let t;onmessage=e=>{clearTimeout(t);t=setTimeout(postMessage,e.data,0)}";
/** Browsers fire timers up to a millisecond early. */
const ROUNDING = 1;

/** When the engine is to be woken; Infinity if nothing waits. */
let wakeAt = Infinity;
let worker: Worker | undefined;
let isForbidden = false;
let isFollowing = false;

/** Records when the engine is to be woken, besides the timer of the page. Called by the bridge. */
export function setAlarm(at: number): void {
  wakeAt = at;
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
