// Output of work that runs side by side: each piece is printed as a whole.

import { AsyncLocalStorage } from "node:async_hooks";

/** @type {AsyncLocalStorage<string[]>} */
const collected = new AsyncLocalStorage();

/** Returns the function that writes what its caller prints, also later, when other work is under way. */
export function writer() {
  const parts = collected.getStore();
  return (/** @type {string} */ text) => void (parts ? parts.push(text) : process.stdout.write(text));
}

/** Writes lines. @param {string} lines */
export const print = (lines) => writer()(`${lines}\n`);

/**
 * Runs work and writes its output as a whole when it has ended, for work that runs beside other work.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inOnePiece(work) {
  /** @type {string[]} */
  const parts = [];
  try {
    return await collected.run(parts, work);
  } finally {
    process.stdout.write(parts.join(""));
  }
}
