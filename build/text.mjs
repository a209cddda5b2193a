// Writes the wasm as text that brotli compresses as well as the wasm itself. Base64 splits bytes and costs a quarter
// more.
//
// One character stands for one byte. A byte without a character of its own is written as a prefix and a character.
// Letters and digits stand for themselves, so that the names of imports and exports are the same text as in the glue,
// where brotli finds them again.

/** Codes of the characters that stand for a byte. */
const FIRST = 40;
const LAST = 126;
/**
 * Characters that a template literal would have to escape, or HTML: "<", "\" and "`". Those after each count one less.
 */
const GAPS = [60, 92, 96];
/** Their lowest two bits number them. */
const PREFIXES = ["!", "&", "#"];
const PAGE = 65_536;

const characters = Array.from({ length: LAST - FIRST + 1 }, (_, at) => FIRST + at).filter(
  (code) => !GAPS.includes(code),
);
const isInNames = (code) => /[a-z0-9_]/.test(String.fromCharCode(code));

/** Returns the bytes that have a character of their own, in the order of the characters. */
function commonBytes(wasm) {
  const counts = new Array(256).fill(0);
  for (const byte of wasm) counts[byte] += 1;
  const own = characters.filter(isInNames);
  const others = [...counts.keys()].filter((byte) => !own.includes(byte)).sort((one, two) => counts[two] - counts[one]);
  const common = others.slice(0, characters.length - own.length);
  const left = common.filter((byte) => !characters.includes(byte)).sort((one, two) => one - two);
  return characters.map((code) => (isInNames(code) || common.includes(code) ? code : left.shift()));
}

/** Returns all bytes: the common ones first, and the others in ascending order. */
const inOrder = (common) => [
  ...common,
  ...Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !common.includes(byte)),
];

/** Returns the text of each byte. */
function textOfBytes(order) {
  const texts = new Array(256);
  for (const [at, byte] of order.entries()) {
    const prefix = ["", ...PREFIXES][Math.floor(at / characters.length)];
    texts[byte] = prefix + String.fromCharCode(characters[at % characters.length]);
  }
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
  const common = commonBytes(wasm);
  const texts = textOfBytes(inOrder(common));
  const text = Array.from(wasm, (byte) => texts[byte]).join("");
  const decoder = await assemble(decoderFor(text.length));
  return [text, decodeBy(decoder, common, text.length)];
}

/**
 * Decodes by a small wasm, which is compiled at once. A loop in JavaScript would be interpreted, because it runs once,
 * and would take longer than the rest of loading. Without TextEncoder (jest-environment-jsdom) a loop copies the text
 * first.
 */
const decodeBy = (
  decoder,
  common,
  length,
) => `  const decoder = new WebAssembly.Module(new Uint8Array([${decoder.join(",")}]));
  const { memory, decode } = new WebAssembly.Instance(decoder).exports;
  const view = new Uint8Array(memory.buffer);
  const order = [${common.join(",")}];
  for (let byte = 0; byte < 256; byte++) if (!order.includes(byte)) order.push(byte);
  const { TextEncoder } = globalThis;
  if (TextEncoder) new TextEncoder().encodeInto(text, view);
  else for (let at = 0; at < text.length; at++) view[at] = text.charCodeAt(at);
  view.set(order, ${length});
  return view.subarray(0, decode(text.length));
`;

const withoutGap = (rank, gap) => `(i32.sub ${rank} (i32.gt_u (local.get $code) (i32.const ${gap})))`;
/** The rank of a character. */
const RANK = GAPS.reduce(withoutGap, `(i32.sub (local.get $code) (i32.const ${FIRST}))`);
/** The number that a prefix adds to the rank of the character after it. */
const RANK_OF_PREFIX = `(i32.mul (i32.and (local.get $code) (i32.const 3)) (i32.const ${characters.length}))`;

/**
 * Returns a wasm that decodes the text at the beginning of its memory in place, and returns where the bytes end. The
 * bytes in their order follow the text.
 */
const decoderFor = (length) => `(module
  (memory (export "memory") ${Math.ceil((length + 256) / PAGE)})
  (func (export "decode") (param $end i32) (result i32)
    (local $at i32) (local $to i32) (local $code i32) (local $added i32)
    (local.set $added (local.get $end))
    (loop $next
      (if (i32.lt_u (local.tee $code (i32.load8_u (local.get $at))) (i32.const ${FIRST}))
        (then (local.set $added (i32.add (local.get $end) ${RANK_OF_PREFIX})))
        (else
          (i32.store8 (local.get $to) (i32.load8_u (i32.add (local.get $added) ${RANK})))
          (local.set $to (i32.add (local.get $to) (i32.const 1)))
          (local.set $added (local.get $end))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $end))))
    (local.get $to)))`;

async function assemble(text) {
  // Imported here, because set-up installs it.
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.parseText(text);
  const binary = module.emitBinary();
  module.dispose();
  return [...binary];
}
