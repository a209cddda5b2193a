import { deepStrictEqual } from "node:assert/strict";

/** What `exercise` of consumers/exercise.js returns, everywhere. */
export const expected = {
  limited: [2, 4, 6, 8],
  most: 2,
  retried: { requests: 2 },
  cancelled: ["cancelled", "fulfilled", "cancelled", "cancelled"],
};

/**
 * Throws unless a text ends with a line that is the JSON of this value.
 * @param {string} text
 * @param {unknown} [value]
 */
export function expectJson(text, value = expected) {
  const line = text.trim().split("\n").at(-1) ?? "";
  let shown;
  try {
    shown = JSON.parse(line);
  } catch {
    throw new Error(`the last line is no JSON:\n${shorten(text)}`);
  }
  deepStrictEqual(shown, value);
}

/** The last lines of an output, and of long lines the beginning. */
export function shorten(text, lines = 40) {
  const all = text.trim().split("\n").slice(-lines);
  return all.map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line)).join("\n");
}
