// Writes the wasm as text that brotli packs as well as the wasm itself. Base64 cuts bytes into pieces and costs a
// quarter more.
//
// One character stands for one byte. A byte that has no character of its own is written as two: a prefix, then a
// character.

/** The lowest code of a character that stands for a byte. Lower printable codes are prefixes. */
const FIRST = 40;
/**
 * Characters that a template literal would have to escape, or HTML: "<", "\" and "`". Those after each count one less.
 */
const GAPS = [60, 92, 96];
/** Added to a character without a prefix. Small bytes are the most frequent. */
const ADDED = -41;
/**
 * A prefix adds its code times `FACTOR`. Every byte can be written, and brotli packs these best of about fifty tried.
 */
const PREFIXES = [32, 33, 37];
const FACTOR = 80;
/** Keeps the lines of the package short enough to be shown in an error. */
const LINE = 100_000;

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
export function textModule(wasm, { plain = false } = {}) {
  const text = plain ? Buffer.from(wasm).toString("base64") : encode(wasm);
  const lines = text.match(new RegExp(`[^]{1,${LINE}}`, "g")).join("\n");
  const decode = plain ? DECODE_BASE64 : DECODE;
  if (!Buffer.from(new Function("text", "length", decode)(lines, wasm.length)).equals(Buffer.from(wasm))) {
    throw new Error("build/text.mjs does not decode what it encodes.");
  }
  return `const text = \`${lines}\`;\nexport function bytes() {\n  const length = ${wasm.length};\n${decode}}\n`;
}

function encode(wasm) {
  const texts = textOfBytes();
  if (texts.includes(undefined)) throw new Error("build/text.mjs has no text for some byte.");
  return Array.from(wasm, (byte) => texts[byte]).join("");
}

/** Needs neither TextDecoder nor atob, which some test environments lack. */
const DECODE = `  const bytes = new Uint8Array(length);
  let added = ${ADDED};
  for (let from = 0, to = 0; to < length; from++) {
    const code = text.charCodeAt(from);
    if (code >= ${FIRST}) {
      bytes[to++] = code - (code > 60) - (code > 92) - (code > 96) + added;
      added = ${ADDED};
    } else if (code !== 10) added = code * ${FACTOR};
  }
  return bytes;
`;

const DECODE_BASE64 = `  return Uint8Array.from(atob(text.replace(/\\n/g, "")), (char) => char.charCodeAt(0));
`;
