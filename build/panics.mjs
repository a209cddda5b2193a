// Replaces the bodies of functions that panic by traps. A panic traps in any case and cannot be caught. Messages of
// panics and their formatting are a tenth of the wasm.

import wholeBinaryen from "binaryen";

/** Its declarations leave `Function` out. @type {any} */
const binaryen = wholeBinaryen;

/** Functions that panic, by name without the hash of the crate. */
const PANICS = [
  /^core::panicking::/,
  /^core::(option|result)::\w+_failed\b/,
  /^core::cell::panic_/,
  /^core::slice::index::slice_\w+_fail\b/,
  /^core::str::slice_error_fail/,
  /^alloc::(raw_vec::(handle_error|capacity_overflow)|alloc::handle_alloc_error)\b/,
  /^std::(alloc::rust_oom|thread::local::panic_access_error)\b/,
  /^__rustc::(rust_begin_unwind|rust_panic|__rust_alloc_error_handler)$/,
  /^std::sys::backtrace::/,
];
/**
 * Functions that only write the messages of panics. They stay in the table of the wasm, because data points to them.
 */
const MESSAGES = [
  /\bcore::fmt::/,
  /\bcore::panic::/,
  /\bstd::panicking::/,
  /^core::str::count::/,
  /^std::alloc::default_alloc_error_hook$/,
];

/**
 * Replaces each of these functions by a trap. The optimizer drops the functions that only they called.
 *
 * @param {Uint8Array} wasm with the names of its functions
 * @returns {Uint8Array}
 */
export function withoutPanicMessages(wasm) {
  // The optimizer drops the names at the end.
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(wasm);
  const trap = (patterns) => {
    for (const func of functionsOf(module)) {
      if (isOneOf(patterns, binaryen.Function.getName(func))) binaryen.Function.setBody(func, module.unreachable());
    }
  };
  trap(PANICS);
  refuseCallsTo(MESSAGES, module);
  trap(MESSAGES);
  const binary = module.emitBinary();
  module.dispose();
  binaryen.setDebugInfo(false);
  return binary;
}

const functionsOf = (module) =>
  Array.from({ length: module.getNumFunctions() }, (_, at) => module.getFunctionByIndex(at)).filter((func) =>
    binaryen.Function.getBody(func),
  );

function isOneOf(patterns, name) {
  const plain = name.replace(/\[[0-9a-f]+\]/g, "");
  return patterns.some((pattern) => pattern.test(plain));
}

/** Throws if other functions call these: they would trap when they format a text. */
function refuseCallsTo(patterns, module) {
  let caller = "";
  for (const [, definition, called] of module
    .emitText()
    .matchAll(/\(func \$("[^"]+"|\S+)|\(call \$("[^"]+"|[^\s)]+)/g)) {
    caller = definition ?? caller;
    if (called && isOneOf(patterns, unescaped(called)) && !isOneOf(patterns, unescaped(caller))) {
      throw new Error(
        `${unescaped(caller)} calls ${unescaped(called)}, which build/panics.mjs takes for a part of panics.`,
      );
    }
  }
}

const unescaped = (name) =>
  name.replace(/^"|"$/g, "").replace(/\\([0-9a-f]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
