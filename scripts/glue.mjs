// Makes wasm-bindgen's glue light: what it does for everybody's wasm, and never for ours, is left out. It becomes one function, so that
// nothing of it is there before the first call, and nothing at all for who does not call.
//
// The glue's text changes with wasm-bindgen, whose version Cargo.toml pins: whatever is not found as it is known is an error.

import { MODULE, shortenExports } from "./wasm-names.mjs";

/** Where the loader begins, of which only the last lines are ours to need. */
const LOADER = "let wasmModule, wasmInstance, wasm;";

/** Shorter ones for what is called a few times a run. */
const REPLACEMENTS = {
  getDataViewMemory0: "() { return new DataView(wasm.memory.buffer); }",
  getUint8ArrayMemory0: "() { return new Uint8Array(wasm.memory.buffer); }",
  getFloat64ArrayMemory0: "() { return new Float64Array(wasm.memory.buffer); }",
  passStringToWasm0: `(text, malloc) {
    const bytes = cachedTextEncoder.encode(text);
    const ptr = malloc(WASM_VECTOR_LEN = bytes.length, 1) >>> 0;
    getUint8ArrayMemory0().set(bytes, ptr);
    return ptr;
}`,
  // Without the limit of 2 GB in all that Safari has for a decoder.
  getStringFromWasm0: `(ptr, len) { return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(wasm.memory.buffer, ptr >>> 0, len)); }`,
};

/** What served only what was replaced, and what asks for that which every browser has that runs this. */
const LEFT_OUT = [
  /^let cached(?:DataView|Float64Array|Uint8Array)Memory0 = null;\n/gm,
  /^let cachedTextDecoder = .*\ncachedTextDecoder\.decode\(\);\nconst MAX_SAFARI_DECODE_BYTES = \d+;\nlet numBytesDecoded = 0;\nfunction decodeText\([^]*?^}\n/gm,
  /(?<=^const CLOSURE_DTORS = )\(typeof FinalizationRegistry === 'undefined'\)\n.*\n    : /gm,
  /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n[^]*?^\}\n/gm,
];

/**
 * @param {string} glue of the `web` target
 * @param {import('./wasm-names.mjs').Names} names
 * @returns {string} a module with `connect(source)`: instantiates the wasm that is promised, and resolves to the functions that
 *   wasm-bindgen has exported
 */
export function lightGlue(glue, { imports, exports }) {
  const at = glue.indexOf(LOADER);
  if (at < 0) throw unknown(LOADER);
  const [head, body] = [
    glue.slice(0, at).match(/^import .*\n/gm) ?? [],
    glue.slice(0, at).replace(/^import .*\n/gm, ""),
  ];
  const snippets = imports.filter(([module]) => module.startsWith("./snippets/"));
  const functions = [...body.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
  return [
    ...head.filter((line) => !line.startsWith("import * as ")),
    ...snippets.map(
      ([module, name, short]) => `import { ${name} as snippet_${short} } from ${JSON.stringify(module)};\n`,
    ),
    "export async function connect(source) {\nlet wasm;\n",
    withExports(withImports(shortened(body), imports, snippets), exports).replace(/^export function/gm, "function"),
    // Made while the source is on its way.
    "const imports = __wbg_get_imports();\nconst made = await WebAssembly.instantiate(await source, imports);\n",
    withExports("wasm = (made.instance ?? made).exports;\nwasm.__wbindgen_start();\n", exports),
    `return { ${functions.join(", ")} };\n}\n`,
  ].join("");
}

const withExports = (text, exports) => shortenExports(text, /\bwasm\.(\w+)/g, exports);

function shortened(body) {
  let text = replacedAll(
    body,
    / {8}(__wb\w+): function\(\) \{ return handleError\(function \((.*)\) \{\n([^]*?)^ {8}\}, arguments\); \},$/gm,
    "        $1: caught(($2) => {\n$3        }),",
  );
  text = replacedAll(text, /(?<=^ {8}__wb\w+: )function\((.*)\) \{$/gm, "($1) => {");
  // Other names for `globalThis`, which is asked for first.
  text = replacedAll(
    text,
    /(?<=^ {8}__wbg_static_accessor_(?:GLOBAL|SELF|WINDOW)_[0-9a-f]+: )[^]*?^ {8}\}(?=,$)/gm,
    "() => 0",
  );
  text = replaced(
    text,
    /^function handleError\(f, args\) \{\n {4}try \{\n {8}return f\.apply\(this, args\);\n([^]*?)^\}\n/m,
    "const caught = (f) => (...args) => {\n    try {\n        return f(...args);\n$1};\n",
  );
  for (const [name, code] of Object.entries(REPLACEMENTS))
    text = replaced(text, new RegExp(`^function ${name}\\([^]*?^}\\n`, "m"), `function ${name}${code}\n`);
  for (const pattern of LEFT_OUT) text = replacedAll(text, pattern, "");
  return text;
}

/** The functions for the wasm, by their short names; what the optimiser has found to be of no use is left out. */
function withImports(body, imports, snippets) {
  const short = new Map(imports.map(([, name, short]) => [name, short]));
  let found = 0;
  const withNames = body.replace(
    /^ {8}(__wb\w+)(: (?:\(.*\) => \{\n|caught\()[^]*?^ {8}\}\)?,\n|: \(\) => 0,\n)/gm,
    (_, name, code) => {
      if (!short.has(name)) return "";
      found += 1;
      return `        ${short.get(name)}${code}`;
    },
  );
  if (found + snippets.length !== imports.length) throw unknown("every import of the wasm");
  const shared = snippets.map(([, , short]) => `${short}: snippet_${short}`).join(", ");
  return replaced(
    withNames,
    /^ {4}return \{\n {8}__proto__: null,\n(?: {8}"\.\/.*\n)+ {4}\};\n/m,
    `    return { ${MODULE}: Object.assign(import0, { ${shared} }) };\n`,
  );
}

/** Where it is to be found once. */
function replaced(text, pattern, by) {
  if (text.search(pattern) < 0) throw unknown(pattern);
  return text.replace(pattern, by);
}

/** Where it is to be found at least once. */
const replacedAll = (text, pattern, by) => replaced(text, pattern, by);

const unknown = (what) => new Error(`scripts/glue.mjs does not know this glue of wasm-bindgen: there is no ${what}`);
