// The rules of limiters that several tabs share: a wasm of its own.

import { bytes } from "sluicegate:tabs-wasm";
import { initSync, TabRules } from "../../pkg/tabs.js";

let isLoaded = false;

/** Opens the rules of a limiter with these options. `tab` is an integer from 1 that no other tab has. */
export function openRules(options: Float64Array, tab: number): TabRules {
  if (!isLoaded) initSync({ module: bytes() });
  isLoaded = true;
  return new TabRules(options, tab);
}
