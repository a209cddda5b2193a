// Imports and exports get short names, in the wasm and in the JavaScript that uses them: wasm-bindgen's own hold hashes, and
// nothing packs a hash.

/**
 * @typedef {{imports: [module: string, name: string, short: string][], exports: [name: string, short: string][]}} Names
 *   what wasm-opt prints when it shortens them all
 */

/** The option of wasm-opt that does it in the wasm: all that is imported comes from one module then. */
export const SHORTEN = '--minify-imports-and-exports-and-modules';

/** What that module is called. */
export const MODULE = 'a';

/** @param {string} printed @returns {Names} */
export const readNames = (printed) => JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1));

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
