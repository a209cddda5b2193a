// Loads the engine: at the first call, once, and again if that failed.

import { connect } from "sluicegate:glue";
import type { WasmSource } from "./types.js";

/** What the wasm exports, as far as the face needs it. */
export interface Engine {
  engine_open<R>(run: unknown): Promise<R>;
  engine_send(request: unknown, signal: AbortSignal): Promise<unknown>;
}

let engine: Engine | undefined;
let loading: Promise<Engine> | undefined;

/**
 * Opens the run, as soon as the engine is loaded. It is made at once: what becomes of its arguments after the call changes
 * nothing. What making it throws is a rejection.
 */
export async function open<R>(make: () => unknown): Promise<R> {
  const run = make();
  return (engine ?? (await load())).engine_open(run);
}

/** One attempt of a call. Whoever has it made has a run that is open. */
export const send = (request: unknown, signal: AbortSignal): Promise<unknown> =>
  (engine as Engine).engine_send(request, signal);

/** Loads the engine, unless it is or is being loaded. */
export function load(wasm?: WasmSource): Promise<Engine> {
  loading ??= instantiate(wasm).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function instantiate(wasm: WasmSource | undefined): Promise<Engine> {
  // The glue is made ready while the wasm is on its way.
  engine = await connect(contentOf(wasm));
  return engine;
}

async function contentOf(wasm: WasmSource | undefined): Promise<WebAssembly.Module | BufferSource> {
  // Imported only now: most of what a page downloads for the engine.
  const given = await (wasm ?? import("./wasm.js").then(({ decode }) => decode()));
  if (typeof given !== "string" && typeof given !== "object")
    throw new TypeError(`\`wasm\` must be a module, its bytes, a response or an address, got ${String(given)}`);
  const found = typeof given === "string" || given instanceof URL ? await fetch(given) : given;
  // Not by instanceof: not every test environment has that class.
  if (!isResponse(found)) return found;
  if (!found.ok) throw new Error(`failed to fetch the wasm: ${found.status} ${found.url}`);
  return found.arrayBuffer();
}

const isResponse = (found: object): found is Response => "arrayBuffer" in found;
