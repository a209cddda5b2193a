// The engine as the runtime sees it, and how it is loaded.

import { bytes, compile } from "sluicegate:wasm";
import { type InitOutput, initSync } from "../../pkg/sluicegate.js";

/**
 * The exports of the wasm, without glue. Calls that concern a run go through `engineOf`, which first reports the fast
 * path of the run.
 */
export let engine: InitOutput;

let outputs = new Uint32Array(0);

/** Returns the fields of the last output of `engine_poll`, by their index. */
export function output(): Uint32Array {
  // A view is detached when the memory grows.
  if (outputs.length === 0) outputs = new Uint32Array(engine.memory.buffer, engine.engine_output());
  return outputs;
}

/** Loads the engine, unless it is loaded. Throws if that fails; the next call tries again. */
export function load(): void {
  engine ??= instantiate(bytes);
}

/** Loads the engine from a module that was compiled elsewhere, unless it is loaded. */
export function loadModule(module: WebAssembly.Module): void {
  engine ??= instantiate(() => module);
}

/** Compiles the engine, off the main thread if the platform can, and loads it, unless it is loaded. */
export async function loadEarly(source?: BufferSource): Promise<void> {
  if (engine) return;
  let module: WebAssembly.Module;
  try {
    const given = source ?? bytes();
    module = isModule(given) ? given : await compile(given);
  } catch (error) {
    throw explained(error);
  }
  loadModule(module);
}

/** Returns whether a value is a compiled module, also one of another realm. */
export const isModule = (value: object): value is WebAssembly.Module =>
  Object.prototype.toString.call(value) === "[object WebAssembly.Module]";

function instantiate(source: () => WebAssembly.Module | BufferSource): InitOutput {
  try {
    const given = source();
    return initSync({ module: isModule(given) ? given : new WebAssembly.Module(given) });
  } catch (error) {
    throw explained(error);
  }
}

/** Returns an error that says what to do. The error of the platform is its cause. */
function explained(error: unknown): Error {
  const remedy =
    typeof WebAssembly === "undefined"
      ? "this environment has no WebAssembly"
      : isRefusal(error)
        ? "the page's Content-Security-Policy needs 'wasm-unsafe-eval' in its script-src"
        : // Chromium before 115 compiles no more than 4 kB on the main thread.
          error instanceof RangeError
          ? "Chromium does so in pages since version 115"
          : String(error);
  return new Error(`sluicegate cannot load its WebAssembly: ${remedy}`, { cause: error });
}

/** Returns whether a Content-Security-Policy refused to compile. */
function isRefusal(error: unknown): boolean {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return name === "EvalError" || /content.security.policy|unsafe-eval|call to WebAssembly/i.test(String(message));
}
