// `init`: loads the engine before the first call, or from elsewhere.

import { isModule, loadEarly, loadModule } from "../runtime/engine.ts";
import { INIT_OPTIONS, refuseUnknown } from "../runtime/known-options.ts";
import { optionsOf } from "../runtime/options.ts";
import { badOption, isObject } from "../runtime/values.ts";
import type { WasmSource } from "./types.ts";

/** Loads the engine from a source, or compiles the package's own off the main thread. */
export async function loadFrom(options: { wasm?: WasmSource | undefined } | undefined): Promise<void> {
  const { wasm } = optionsOf(options);
  refuseUnknown(optionsOf(options), INIT_OPTIONS);
  if (wasm === undefined) return loadEarly();
  const given: unknown = await wasm;
  if (typeof given !== "string" && !isObject(given)) {
    throw badOption("wasm", "a module, its bytes, a response or an address", given);
  }
  const found = typeof given === "string" || given instanceof URL ? await fetch(given) : given;
  if (isModule(found)) return loadModule(found);
  // Not by instanceof: not every test environment has that class.
  if (!("arrayBuffer" in found)) return loadEarly(found as BufferSource);
  const response = found as Response;
  if (!response.ok) throw new Error(`failed to fetch the wasm: ${response.status} ${response.url}`);
  return loadEarly(await response.arrayBuffer());
}
