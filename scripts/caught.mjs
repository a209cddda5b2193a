// Counts the mutants that the tests have caught, from the lists of cargo-mutants.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./paths.mjs";

/** The least share of viable mutants that the tests must catch. */
const LEAST = 0.95;

/**
 * Prints how many mutants were caught, and those that were not. Returns whether these are few enough; without a mutant,
 * nothing was tested.
 * @param {string} folder
 */
export function report(folder) {
  const read = (/** @type {string} */ name) =>
    readFileSync(join(folder, `${name}.txt`), "utf8")
      .split("\n")
      .filter(Boolean);
  const [caught, missed, timedOut] = [read("caught"), read("missed"), read("timeout")];
  const viable = caught.length + missed.length + timedOut.length;
  // A mutant that never ends is noticed by whoever waits for it.
  const share = viable === 0 ? 0 : (caught.length + timedOut.length) / viable;
  for (const mutant of missed) console.log(`missed  ${mutant}`);
  console.log(
    `\n${(100 * share).toFixed(1)} % of ${viable} mutants were caught, ${timedOut.length} of them by a timeout.`,
  );
  console.log(`All are listed in ${relative(root, folder)}.`);
  return share >= LEAST;
}
