// The wasm itself, in the package: no bundler has to be told of a file, and no server of a type. Not in base64: brotli packs this
// text as well as the bytes.

import { characters, order, text } from "sluicegate:wasm";

/** How many characters begin a pair: as in scripts/wasm-text.mjs. */
const PREFIXES = 2;

export function decode(): Uint8Array<ArrayBuffer> {
  const ranks = new Uint8Array(128);
  for (let rank = 0; rank < characters.length; rank++) ranks[characters.charCodeAt(rank)] = rank;
  const bytesByRank = Uint8Array.from(order.match(/../g) ?? [], (hex) => parseInt(hex, 16));
  const singles = characters.length - PREFIXES;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    let rank = ranks[text.charCodeAt(at)]!;
    if (rank < PREFIXES) rank = (rank + 1) * singles + ranks[text.charCodeAt(++at)]!;
    bytes[length++] = bytesByRank[rank - PREFIXES]!;
  }
  return bytes.subarray(0, length);
}
