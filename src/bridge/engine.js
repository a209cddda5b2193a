// The engine as JavaScript sees it, and what waits for it to be loaded.

/** The functions on numbers, as the wasm instance exports them, without glue: `engine_*` in host.rs. */
export let engine;
/** What a failure means for another attempt, by number: `verdict` in classify.rs. */
export let classify;
/** Lets the executor go on, when the stack is empty. */
export let drainSoon;
/** Opens a run inside of another: `open_run` in process.rs. */
export let openRun;

/** The fields of what it says, for `engine_output`; `MORE` is each kind's own: see host.rs. */
export const RUN = 0;
export const SLOT = 1;
export const ITEM = 2;
export const ATTEMPT = 3;
export const MORE = 4;
export const CARRY = 5;

let waiting = [];

export function bind(exports, classifyError, drainExecutorSoon, open) {
  // The exports of a module are slow to look up in V8; a copy is not.
  engine = { ...exports };
  classify = classifyError;
  drainSoon = drainExecutorSoon;
  openRun = open;
  const commands = waiting;
  waiting = [];
  for (const command of commands) command();
}

/** Does it now, or as soon as the engine is there. */
export function whenLoaded(command) {
  if (engine) command();
  else waiting.push(command);
}
