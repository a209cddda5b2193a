// Imports and exports get short names, in the wasm and in the JavaScript that uses them: wasm-bindgen's own hold hashes, and
// nothing packs a hash.

/**
 * @typedef {{imports: [module: string, name: string, short: string][], exports: [name: string, short: string][]}} Names
 *   what wasm-opt prints when it shortens them all
 */

/** The option of wasm-opt that does it in the wasm: all that is imported comes from one module then. */
export const SHORTEN = '--minify-imports-and-exports-and-modules';

/** What that module is called. */
const MODULE = 'a';

/** @param {string} printed @returns {Names} */
export const readNames = (printed) => JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1));

/** The glue, with the names that the wasm now has. @param {string} code @param {Names} names */
export function shortenGlue(code, { imports, exports }) {
  const own = new Map();
  const fromModules = [];
  for (const [module, name, short] of imports) {
    if (module === './sluicegate_bg.js') own.set(name, short);
    else fromModules.push([short, `${namespaceOf(module, code)}.${name}`]);
  }
  const given = ['...import0', ...fromModules.map(([short, value]) => `${short}: ${value}`)].join(', ');
  return shortenExports(code, /\bwasm\.(\w+)/g, exports)
    .replace(/^( +)(__wb\w+): function\(/gm, (whole, indent, name) => (own.has(name) ? `${indent}${own.get(name)}: function(` : whole))
    .replace(/return \{\s+__proto__: null,\s+"\.\/sluicegate_bg\.js": import0,[^}]+\};/, `return { ${MODULE}: { ${given} } };`);
}

/** JavaScript of src/bridge/, which calls what the wasm exports as `engine.engine_…`. @param {string} code @param {Names} names */
export const shortenBridge = (code, { exports }) => shortenExports(code, /\bengine\.(engine_\w+)/g, exports);

function shortenExports(code, pattern, exports) {
  const shorts = new Map(exports);
  return code.replace(pattern, (whole, name) => {
    if (!shorts.has(name)) throw new Error(`The wasm exports no ${name}.`);
    return whole.replace(name, () => shorts.get(name));
  });
}

/** By what name the glue knows a module that is imported as it is. */
function namespaceOf(module, code) {
  const found = code.match(new RegExp(`import \\* as (\\w+) from ["']${module.replace(/[.]/g, '\\.')}["']`));
  if (!found) throw new Error(`The glue does not import ${module}.`);
  return found[1];
}
