// Loads the engine: at the first call, once, and again if that failed.

import type { WasmSource } from "./types.js";

/** What the wasm exports, as far as the face needs it. */
export interface Engine {
  callPhase(url: unknown, body: unknown, options: unknown): Promise<never>;
  openRun(run: unknown): Promise<never>;
}

interface Glue extends Engine {
  default(options: { module_or_path: unknown }): Promise<unknown>;
}

let engine: Engine | undefined;
let loading: Promise<Engine> | undefined;

/** Calls the engine, which is loaded first where it has to be. What it throws is a rejection. */
export async function withEngine<R>(use: (engine: Engine) => Promise<R>): Promise<R> {
  return use(engine ?? (await load()));
}

/** Loads the engine, unless it is or is being loaded. */
export function load(wasm?: WasmSource): Promise<Engine> {
  loading ??= instantiate(wasm).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function instantiate(wasm: WasmSource | undefined): Promise<Engine> {
  // Imported only now: the glue needs things at its top level that not every test environment has.
  const glue: Glue = await import("sluicegate:glue");
  const source = wasm ?? (await import("./wasm.js")).decode();
  await glue.default({ module_or_path: source });
  engine = glue;
  return glue;
}
