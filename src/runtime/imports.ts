// What the wasm imports, and nothing else: the glue of wasm-bindgen keeps all exports of a module that it imports.

export { setAlarm } from "./alarm.ts";
export { errorOf } from "./calls/reply.ts";
export { now, timerFired } from "./clock.ts";
export { drainSoon } from "./drain.ts";
export { abortListener } from "./signals/following.ts";
