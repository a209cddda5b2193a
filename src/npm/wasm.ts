// The wasm itself, in the package: no bundler has to be told of a file, and no server of a type. Not in base64: brotli packs this
// text as well as the bytes.

import { characters, frequent, text } from "sluicegate:wasm";

/** How many characters begin a pair: as in scripts/wasm-text.mjs. */
const PREFIXES = 2;

export function decode(): Uint8Array<ArrayBuffer> {
  const ranks = new Uint8Array(128);
  for (let rank = 0; rank < characters.length; rank++) ranks[characters.charCodeAt(rank)] = rank;
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const isFrequent = (byte: number) => (parseInt(frequent[byte >> 2]!, 16) >> (byte & 3)) & 1;
  const bytesByRank = [...all.filter(isFrequent), ...all.filter((byte) => !isFrequent(byte))];
  const singles = characters.length - PREFIXES;
  const codes = new TextEncoder().encode(text); // the platform's loop: this one runs but once, and so never as machine code
  const bytes = new Uint8Array(codes.length);
  let length = 0;
  for (let at = 0; at < codes.length; at++) {
    let rank = ranks[codes[at]!]!;
    if (rank < PREFIXES) rank = (rank + 1) * singles + ranks[codes[++at]!]!;
    bytes[length++] = bytesByRank[rank - PREFIXES]!;
  }
  return bytes.subarray(0, length);
}
