// Writes the wasm as text that brotli packs as well as the wasm itself: base64 cuts its bytes into pieces, and costs a quarter more.
//
// A byte is one character, or two, the first of which says how much is to be added to the second. What decodes it is a wasm too, of
// 128 bytes: in JavaScript its loop, which runs but once, is interpreted to the end, and takes as long as all the rest of the loading.

// Printable, and never to be escaped in any kind of string or in HTML: without "'`\$<. What comes before the first begins pairs.
const FIRST = 40;
/** Are left out, and so what follows each counts one less. */
const GAPS = [60, 92, 96];
/** To a character without a prefix: small bytes are the most frequent. */
const ADDED = -41;
/** A prefix adds so many times its code, modulo 256. Every byte can be written, and of some fifty that were tried brotli packs these best. */
const PREFIXES = [32, 33, 37];
const FACTOR = 80;
const PAGE = 65_536;

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<{decoder: number[], text: string}>} a wasm that exports a memory as `m`, and as `d` what decodes in place the
 *   text at its beginning, given where the text ends, and returns where the bytes end
 */
export async function encode(bytes) {
  const codes = codesOfBytes();
  const text = Array.from(bytes, (byte) => codes[byte]).join("");
  const decoder = await assemble(decoderFor(text.length));
  if (!decoded(decoder, text).equals(bytes))
    throw new Error("What scripts/wasm-text.mjs has encoded is not what is decoded.");
  return { decoder: [...decoder], text };
}

function codesOfBytes() {
  const singles = Array.from({ length: 127 - FIRST }, (_, at) => FIRST + at).filter((code) => !GAPS.includes(code));
  const codes = new Array(256).fill(undefined);
  const fill = (added, prefix) => {
    singles.forEach((code, rank) => (codes[(FIRST + rank + added) & 255] ??= prefix + String.fromCharCode(code)));
  };
  fill(ADDED, "");
  for (const prefix of PREFIXES) fill(prefix * FACTOR, String.fromCharCode(prefix));
  return codes;
}

const decoderFor = (length) => `(module
  (memory (export "m") ${Math.ceil(length / PAGE)})
  (func (export "d") (param $end i32) (result i32)
    (local $at i32) (local $to i32) (local $code i32) (local $added i32)
    (local.set $added (i32.const ${ADDED}))
    (loop $next
      (if (i32.lt_u (local.tee $code (i32.load8_u (local.get $at))) (i32.const ${FIRST}))
        (then (local.set $added (i32.mul (local.get $code) (i32.const ${FACTOR}))))
        (else
          (i32.store8 (local.get $to) ${GAPS.reduce(withoutGap, "(i32.add (local.get $added) (local.get $code))")})
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (local.set $added (i32.const ${ADDED}))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $end))))
    (local.get $to)))`;

const withoutGap = (sum, gap) => `(i32.sub ${sum} (i32.gt_u (local.get $code) (i32.const ${gap})))`;

async function assemble(text) {
  // Not at the top of this file, because set-up installs it.
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.parseText(text);
  const binary = module.emitBinary();
  module.dispose();
  return binary;
}

/** As src/npm/wasm.ts does it. */
function decoded(decoder, text) {
  const { m, d } = new WebAssembly.Instance(new WebAssembly.Module(decoder)).exports;
  const memory = Buffer.from(m.buffer);
  return memory.subarray(0, d(memory.write(text)));
}
