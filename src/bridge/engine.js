// The engine's functions, for the JavaScript side of a run.

/** The functions on numbers, as the wasm instance exports them, without glue: `engine_*` in host.rs. */
export let engine;
/** What a failure means for another attempt, by number: `verdict` in classify.rs. */
export let classify;

export function bind(exports, classifyError) {
  engine = exports;
  classify = classifyError;
}
