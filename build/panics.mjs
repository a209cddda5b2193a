// Replaces the bodies of functions that panic by traps, and clears the texts that only they read. A panic traps in any
// case and cannot be caught. Messages of panics and their formatting are a tenth of the wasm.

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

/** Texts that only these functions read. One that is missing here does no harm. */
const TEXTS = [
  " index out of bounds: the len is ",
  " but the index is ",
  "cannot access a Thread Local Storage value during or after destruction: ",
  "finish: result should be None",
  "finish: callbacks should be Some",
  "called `Result::unwrap_throw()` on an `Err` value",
  "called `Option::unwrap_throw()` on a `None` value",
  "FnOnce called more than once",
  "closure invoked recursively or after being dropped",
  "internal error: entered unreachable code",
  "Lazy instance has previously been poisoned",
  "reentrant init",
  "`async fn` resumed after completion",
  "attempt to divide by zero",
  "attempt to calculate the remainder with a divisor of zero",
  "RefCell already mutably borrowed",
  "RefCell already borrowed",
  "capacity overflow",
  // The digits of a number that is formatted.
  Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0")).join(""),
];

/** The place of a panic: address and length of the name of its file, line and column, of 4 bytes each. */
const PLACE = 16;
const IS_FILE = /^[\w./-]+\.rs$/;

/**
 * Replaces each of these functions by a trap. The optimizer drops the functions that only they called.
 *
 * @param {Uint8Array} wasm with the names of its functions
 * @returns {Uint8Array}
 */
export function withoutPanicMessages(wasm) {
  // The optimizer drops the names at the end.
  binaryen.setDebugInfo(true);
  const module = binaryen.readBinary(withoutTexts(wasm));
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

/** Sets the texts and places of panics to zero. The optimizer drops them then. */
function withoutTexts(wasm) {
  const cleared = Buffer.from(wasm);
  for (const { offset, data } of dataOf(wasm)) {
    const found = Buffer.from(data);
    const start = cleared.indexOf(found);
    const clear = (at, length) => cleared.fill(0, start + at, start + at + length);
    for (const text of TEXTS) {
      for (let at = found.indexOf(text); at >= 0; at = found.indexOf(text, at + 1)) clear(at, text.length);
    }
    for (let at = 0; at + PLACE <= found.length; at += 4) {
      const [file, length] = [found.readUInt32LE(at) - offset, found.readUInt32LE(at + 4)];
      if (file < 0 || !IS_FILE.test(found.toString("latin1", file, file + length))) continue;
      clear(at, PLACE);
      clear(file, length);
    }
  }
  return cleared;
}

/** Returns the data of a wasm, and where each part is in its memory. */
function dataOf(wasm) {
  const module = binaryen.readBinary(wasm);
  const parts = Array.from({ length: module.getNumDataSegments() }, (_, at) =>
    module.getDataSegmentInfo(module.getDataSegmentByIndex(at)),
  );
  module.dispose();
  return parts;
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
