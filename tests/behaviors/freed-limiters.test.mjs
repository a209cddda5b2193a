// Limiters that nobody holds any more are freed in the engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** In one batch. Each takes about 400 bytes of the memory of the wasm. */
const LIMITERS = 2_000;

const isMemory = (value) => value instanceof WebAssembly.Memory;

test("limiters that are dropped give their memory back", async () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  const { Instance } = WebAssembly;
  let memory;
  /** Keeps the memory of the engine. */
  class Watched extends Instance {
    constructor(module, imports) {
      super(module, imports);
      memory = Object.values(this.exports).find(isMemory) ?? memory;
    }
  }
  WebAssembly.Instance = Watched;
  try {
    const { Limiter } = await import(`../../dist/index.js${"?alone"}`);
    const batch = async () => {
      for (let made = 0; made < LIMITERS; made++) await new Limiter({ limit: 1 }).run(() => made);
      for (let turn = 0; turn < 3; turn++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve));
      }
      return memory.buffer.byteLength;
    };
    await batch();
    const before = await batch();
    for (let more = 0; more < 3; more++) await batch();
    assert.equal(await batch(), before);
  } finally {
    WebAssembly.Instance = Instance;
  }
});
