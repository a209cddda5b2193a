// Blanks what panics would have told, and where they were: nothing reads it once scripts/wasm-panics.mjs is done, and the
// optimiser leaves data alone.

/** Texts of Rust's own panics, and of its formatting, which is refused elsewhere. */
const PANIC_TEXTS = [
  /index out of bounds: the len is |but the index is |assertion `left |  left: |right` failed(: )?/g,
  /cannot access a Thread Local Storage value during or after destruction(: )?|AccessError|capacity overflow/g,
  /RefCell already (mutably )?borrowed|internal error: entered unreachable code|attempt to divide by zero/g,
  /`async fn` resumed after completion|Lazy instance has previously been poisoned|reentrant init/g,
  /finish: (result should be None|callbacks should be Some)/g,
  /(?:0x)?0123456789(?:abcdef|ABCDEF)|00010203[0-9]+96979899/g,
];
/** Only panics name source files. */
const SOURCE_FILE = /^[\w./-]+\.rs$/;
/** Where a panic is: a file's name and its length, a line and a column. */
const LOCATION = 16;

/** @param {Uint8Array} wasm @returns {Uint8Array} of the same length */
export function withoutPanicTexts(wasm) {
  const blanked = Buffer.from(wasm);
  for (const { begin, end, address } of segmentsOf(blanked)) {
    const data = blanked.subarray(begin, end);
    const text = data.toString("latin1");
    for (let at = (4 - (address % 4)) % 4; at + LOCATION <= data.length; at += 4) {
      const name = data.readUInt32LE(at) - address;
      const file = text.slice(Math.max(name, 0), Math.max(name, 0) + data.readUInt32LE(at + 4));
      if (name < 0 || !SOURCE_FILE.test(file)) continue;
      data.fill(0, at, at + LOCATION);
      data.fill(0, name, name + file.length);
    }
    for (const { index, 0: found } of PANIC_TEXTS.flatMap((pattern) => [...text.matchAll(pattern)]))
      data.fill(0, index, index + found.length);
  }
  return blanked;
}

/** The active segments of the only memory: where their bytes are in the file, and in memory. */
function* segmentsOf(wasm) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  while (at < wasm.length) {
    const id = wasm[at++];
    const size = number();
    const end = at + size;
    if (id === 11) {
      for (let left = number(); left > 0; left--) {
        // `0 i32.const <address> end`: what the linker writes for one memory without threads.
        if (wasm[at++] !== 0 || wasm[at++] !== 0x41) throw new Error("The wasm has data of another kind.");
        const address = number();
        at++;
        const length = number();
        yield { begin: at, end: at + length, address };
        at += length;
      }
    }
    at = end;
  }
}
