// What the wasm imports, and nothing else: the glue of wasm-bindgen keeps all exports of a module that it imports.

export { setAlarm, wakeSoon } from "./alarm.ts";
export { errorOf } from "./calls/reply.ts";
export { abortListener } from "./signals/following.ts";
