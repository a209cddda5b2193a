// Writes the wasm as text that brotli compresses as well as the wasm itself. Base64 splits bytes and costs a quarter
// more.
//
// One character stands for one byte. A byte without a character of its own is written as a prefix and a character.

/** The lowest code of a character that stands for a byte. Lower printable codes are prefixes. */
const FIRST = 40;
/**
 * Characters that a template literal would have to escape, or HTML: "<", "\" and "`". Those after each count one less.
 */
const GAPS = [60, 92, 96];
/** Added to a character without a prefix. Small bytes are the most frequent. */
const ADDED = -41;
/**
 * A prefix adds its code times `FACTOR`. Of about fifty factors that were tried, brotli compresses this one best.
 */
const PREFIXES = [32, 33, 37];
const FACTOR = 80;
const PAGE = 65_536;

const singles = Array.from({ length: 127 - FIRST }, (_, at) => FIRST + at).filter((code) => !GAPS.includes(code));

/** Returns the text of each byte. */
function textOfBytes() {
  const texts = new Array(256).fill(undefined);
  const fill = (added, prefix) => {
    singles.forEach((code, rank) => {
      texts[(FIRST + rank + added) & 255] ??= prefix + String.fromCharCode(code);
    });
  };
  fill(ADDED, "");
  for (const prefix of PREFIXES) fill(prefix * FACTOR, String.fromCharCode(prefix));
  return texts;
}

/**
 * Returns a JavaScript module that exports `bytes()`, which decodes the wasm.
 * @param {Uint8Array} wasm
 * @param {{plain?: boolean}} [options] `plain` writes base64
 */
export async function textModule(wasm, { plain = false } = {}) {
  const [text, decode] = plain ? [Buffer.from(wasm).toString("base64"), DECODE_BASE64] : await encode(wasm);
  if (!Buffer.from(new Function("text", decode)(text)).equals(Buffer.from(wasm))) {
    throw new Error("build/text.mjs does not decode what it encodes.");
  }
  return `const text = \`${text}\`;\nexport function bytes() {\n${decode}}\n`;
}

const DECODE_BASE64 = `  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
`;

/** Returns the text of a wasm, and the JavaScript that decodes it. */
async function encode(wasm) {
  const texts = textOfBytes();
  if (texts.includes(undefined)) throw new Error("build/text.mjs has no text for some byte.");
  const text = Array.from(wasm, (byte) => texts[byte]).join("");
  const decoder = await assemble(decoderFor(text.length));
  return [text, decodeBy(decoder)];
}

/**
 * Decodes by a wasm of 128 bytes, which is compiled at once. A loop in JavaScript would be interpreted, because it runs
 * once, and would take longer than the rest of loading. Without TextEncoder (jest-environment-jsdom) a loop copies the
 * text first.
 */
const decodeBy = (decoder) => `  const decoder = new WebAssembly.Module(new Uint8Array([${decoder.join(",")}]));
  const { memory, decode } = new WebAssembly.Instance(decoder).exports;
  const view = new Uint8Array(memory.buffer);
  const { TextEncoder } = globalThis;
  if (TextEncoder) new TextEncoder().encodeInto(text, view);
  else for (let at = 0; at < text.length; at++) view[at] = text.charCodeAt(at);
  return view.subarray(0, decode(text.length));
`;

/** Returns a wasm that decodes the text at the beginning of its memory in place, and returns where the bytes end. */
const decoderFor = (length) => `(module
  (memory (export "memory") ${Math.ceil(length / PAGE)})
  (func (export "decode") (param $end i32) (result i32)
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
  // Imported here, because set-up installs it.
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.parseText(text);
  const binary = module.emitBinary();
  module.dispose();
  return [...binary];
}
