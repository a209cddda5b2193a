// The engine as JavaScript sees it, and what waits for it to be loaded.

/** Its functions as the wasm instance exports them, without glue: `engine_*` in host.rs and beside it. */
export let engine;
/** Lets the executor go on, when the stack is empty. */
export let drainSoon;

/** The fields of what it says, for `engine_output`; `MORE` is each kind's own: see host.rs. */
export const RUN = 0;
export const SLOT = 1;
export const ITEM = 2;
export const ATTEMPT = 3;
export const MORE = 4;
export const CARRY = 5;

let waiting = [];

export function bind(exports, drainExecutorSoon) {
  // The exports of a module are slow to look up in V8; a copy is not.
  engine = { ...exports };
  drainSoon = drainExecutorSoon;
  const commands = waiting;
  waiting = [];
  for (const command of commands) command();
}

/** Does it now, or as soon as the engine is there. */
export function whenLoaded(command) {
  if (engine) command();
  else waiting.push(command);
}
