// The wasm itself, in the package: no bundler has to be told of a file, and no server of a type. Not in base64: brotli packs this
// text as well as the bytes.

import { decoder, text } from "sluicegate:wasm";

interface Decoder {
  m: WebAssembly.Memory;
  d(end: number): number;
}

/** By a small wasm, which is compiled at once: a loop in JavaScript would run but once, and so never as machine code. */
export function decode(): Uint8Array<ArrayBuffer> {
  const { m, d } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(decoder)))
    .exports as unknown as Decoder;
  const memory = new Uint8Array(m.buffer);
  return memory.subarray(0, d(new TextEncoder().encodeInto(text, memory).written));
}
