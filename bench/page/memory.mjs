// A run whose items wait while the heap is measured from outside.
import { check, range, run } from "./libraries.mjs";

/** Every memory of a wasm module in this page: it is outside of the JavaScript heap. */
const memories = new Set();
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (/** @type {any[]} */ ...source) => {
  const result = await /** @type {any} */ (instantiate)(...source);
  for (const exported of Object.values((result.instance ?? result).exports)) {
    if (exported instanceof WebAssembly.Memory) memories.add(exported);
  }
  return result;
};

/** Bytes, of all memories. */
export const wasmMemory = async () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);

let items;
let open;
let running;
let results;

/** Loads and warms up the library, and creates the items, which do not count. */
export async function memoryPrepare({ id, count, limit }) {
  await run[id](range(1_000), limit, async (item) => item);
  items = range(count);
}

/** Starts the run; no task ends. */
export async function memoryBegin({ id, limit }) {
  const gate = new Promise((resolve) => (open = resolve));
  running = run[id](items, limit, async (item) => {
    await gate;
    return item;
  });
  // By then the library has started its first tasks.
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Lets all tasks end, and keeps their results. */
export async function memoryFinish({ id }) {
  open();
  results = await running;
  check(results, items.length, id);
  running = open = undefined;
}

/** Discards the results; the items stay. */
export async function memoryForget() {
  results = undefined;
}
