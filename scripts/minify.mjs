// The last of the minifying: what is left of a bundle is packed by brotli, 3 % smaller for this.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

/** Properties that nobody outside of src/bridge/ sees, and that are long: no word of the public types, and no name of a platform. */
const INTERNAL = [
  "_wbg_cb_unref",
  "borrows",
  "cancelledSignal",
  "contextOf",
  "endRevived",
  "firstFailure",
  "givenKey",
  "givenUp",
  "heard",
  "identify",
  "isAsync",
  "isEndedBy",
  "isFirst",
  "isKeyed",
  "isPlain",
  "isSent",
  "itemReasons",
  "itemKeys",
  "keyOf",
  "lentEnd",
  "lentFrom",
  "lentNext",
  "limiters",
  "loadFailed",
  "makeAfresh",
  "noun",
  "onFulfilled",
  "onRejected",
  "onValue",
  "outcomeOf",
  "outputsNow",
  "reasonFor",
  "reasonOf",
  "reconciles",
  "remember",
  "renew",
  "reopen",
  "reopenFailed",
  "settledOutcomes",
  "sourceError",
  "sourceIsOpen",
  "sourceKind",
  "startingCarry",
  "startingStep",
  "takeLast",
  "takeLastError",
  "weights",
  "whenOpen",
  "within",
];

/** Errors are known by the names of their classes in consoles and reports. */
const ERRORS = ["ContinuationError", "HttpError", "RetryError"];

/** @param {string} code of a chunk @returns {Promise<string>} */
export async function minified(code) {
  // Not at the top of this file, because set-up installs it.
  const { minify } = await import("terser");
  const result = await minify(code, {
    ecma: 2022,
    module: true,
    // Functions that are used once stay functions: as a closure each would be made anew for every item.
    compress: { passes: 3, directives: false, reduce_funcs: false, pure_getters: true, unsafe_arrows: true },
    mangle: { reserved: ERRORS, properties: { regex: new RegExp(`^(${INTERNAL.join("|")})$`) } },
    // Who bundles the package is told by some what is of no effect.
    format: { preserve_annotations: true },
  });
  return result.code;
}

/** What the wasm or a caller asks for by its name must keep it. */
export function refuseKnownNames() {
  const types = readdirSync(join(root, "dist"))
    .filter((name) => name.endsWith(".d.ts"))
    .map((name) => readFileSync(join(root, "dist", name), "utf8"));
  const bridge = readdirSync(join(root, "src/bridge")).filter((name) => name.endsWith(".rs"));
  const asked = bridge.flatMap((name) => readFileSync(join(root, "src/bridge", name), "utf8").match(/"\w+"/g) ?? []);
  const code = types.join("\n").replace(/\/\*\*[^]*?\*\//g, "");
  const known = INTERNAL.filter((name) => new RegExp(`\\b${name}\\b`).test(code) || asked.includes(`"${name}"`));
  if (known.length) throw new Error(`scripts/minify.mjs takes ${known.join(", ")} for internal`);
}
