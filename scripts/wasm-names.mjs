// Imports and exports get short names, in the wasm and in the JavaScript that uses them: wasm-bindgen's own hold hashes, and
// nothing packs a hash.

/**
 * @typedef {{imports: [module: string, name: string, short: string][], exports: [name: string, short: string][]}} Names
 *   what wasm-opt prints when it shortens them all
 */

/** The option of wasm-opt that does it in the wasm: all that is imported comes from one module then. */
export const SHORTEN = "--minify-imports-and-exports-and-modules";

/** What wasm-opt calls that module, and what it is called then: another program's wasm must not take ours for its own. */
const ANY_MODULE = "a";
export const MODULE = "sluicegate";

/** @param {string} printed @returns {Names} */
export const readNames = (printed) => JSON.parse(printed.slice(printed.indexOf("{"), printed.lastIndexOf("}") + 1));

/** JavaScript of src/bridge/, which calls what the wasm exports as `engine.engine_…`. @param {string} code @param {Names} names */
export const shortenBridge = (code, { exports }) => shortenExports(code, /\b(engine_\w+)/g, exports);

/** @param {string} code @param {RegExp} pattern of a use, and in it of a name @param {Names['exports']} exports */
export function shortenExports(code, pattern, exports) {
  const shorts = new Map(exports);
  return code.replace(pattern, (whole, name) => {
    if (!shorts.has(name)) throw new Error(`The wasm exports no ${name}.`);
    return whole.replace(name, () => shorts.get(name));
  });
}

/** Names the module that all is imported from. @param {Uint8Array} wasm @returns {Buffer} */
export function nameModule(wasm) {
  const before = text(ANY_MODULE);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      value |= (wasm[at] & 0x7f) << shift;
      if (wasm[at++] < 0x80) return value;
    }
  };
  const skip = (length) => wasm.subarray(at, (at += length));
  while (at < wasm.length) {
    const begin = at;
    const section = wasm[at++];
    const end = number() + at;
    if (section !== 2) {
      at = end;
      continue;
    }
    const imports = number();
    const parts = [leb(imports)];
    while (at < end) {
      if (!before.equals(skip(before.length))) throw new Error("The wasm imports from several modules.");
      const name = skip(number());
      if (wasm[at++] !== 0) throw new Error("The wasm imports what is no function.");
      parts.push(text(MODULE), leb(name.length), name, Buffer.of(0), leb(number()));
    }
    const content = Buffer.concat(parts);
    return Buffer.concat([
      wasm.subarray(0, begin),
      Buffer.of(section),
      leb(content.length),
      content,
      wasm.subarray(end),
    ]);
  }
  throw new Error("The wasm imports nothing.");
}

const text = (string) => Buffer.concat([leb(string.length), Buffer.from(string)]);

/** A number as wasm writes it. */
function leb(number) {
  const bytes = [];
  for (; number >= 0x80; number >>>= 7) bytes.push((number & 0x7f) | 0x80);
  return Buffer.of(...bytes, number);
}
