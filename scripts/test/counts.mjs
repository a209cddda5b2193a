// Counts the tests that have passed and failed, from the output of their runners.

import { plain } from "../child.mjs";

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/** @returns {Counts} */
export const none = () => ({ passed: 0, failed: 0, skipped: 0 });

/** @param {Counts[]} all @returns {Counts} */
export const sum = (all) =>
  all.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    none(),
  );

/**
 * Counts the tests of `cargo test` and of the wasm-bindgen runner by their last lines. If a run was stopped before its
 * last line, the lines of single tests count.
 * @returns {Counts}
 */
export function rustCounts(output) {
  const text = plain(output);
  const lines = [...text.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)];
  if (lines.length)
    return sum(lines.map(([, passed, failed, skipped]) => ({ passed: +passed, failed: +failed, skipped: +skipped })));
  const count = (pattern) => [...text.matchAll(new RegExp(`^test .+ \\.\\.\\. ${pattern}`, "gm"))].length;
  return { passed: count("ok"), failed: count("FAIL"), skipped: count("ignored") };
}

/** The spec reporter of node --test closes with one line for each kind. @returns {Counts} */
export function nodeCounts(output) {
  const text = plain(output);
  const count = (kind) => Number([...text.matchAll(new RegExp(`^ℹ ${kind} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return {
    passed: count("pass"),
    failed: count("fail") + count("cancelled"),
    skipped: count("skipped") + count("todo"),
  };
}

/** A check that has no tests of its own, such as a compiler's, counts as one. @returns {Counts} */
export const checkCounts = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
