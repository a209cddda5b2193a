// Counts the mutants that the tests have caught, from the lists of cargo-mutants.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../paths.mjs";

/** The least share of viable mutants that the tests must catch. */
const LEAST = 0.95;

const lists = /** @type {const} */ (["caught", "missed", "timeout"]);

/**
 * Returns the mutants of one list.
 * @param {string} folder
 * @param {typeof lists[number]} list
 */
export const namesOf = (folder, list) =>
  readFileSync(join(folder, `${list}.txt`), "utf8")
    .split("\n")
    .filter(Boolean);

/** Throws unless the simulation got exactly the mutants that the unit tests have missed. */
function refuseOthers(/** @type {string} */ unit, /** @type {string} */ simulation) {
  const wanted = namesOf(unit, "missed").sort();
  const played = lists.flatMap((list) => namesOf(simulation, list)).sort();
  if (played.join() === wanted.join()) return;
  throw new Error(`The simulation got ${played.length} mutants other than the ${wanted.length} that were missed.`);
}

/**
 * Prints a row per file, and the mutants that were missed. Returns whether these are few enough; without a mutant,
 * nothing was tested.
 * @param {string} unit  the lists of the unit tests
 * @param {string} [simulation]  the lists of the simulation, which got what the unit tests missed
 */
export function report(unit, simulation) {
  const then = (/** @type {"caught" | "timeout"} */ list) => (simulation ? namesOf(simulation, list) : []);
  const later = then("caught");
  if (simulation) refuseOthers(unit, simulation);
  // A mutant that never ends is noticed by whoever waits for it.
  const timedOut = [...namesOf(unit, "timeout"), ...then("timeout")];
  const missed = namesOf(unit, "missed").filter((mutant) => !later.includes(mutant) && !timedOut.includes(mutant));
  const columns = [namesOf(unit, "caught"), later, timedOut, missed];
  const row = (/** @type {string} */ name, /** @type {string[][]} */ of) => {
    const counts = of.map(({ length }) => length);
    return `| ${[name, counts.reduce((all, count) => all + count, 0), ...counts].join(" | ")} |`;
  };
  const files = new Set(columns.flat().map((mutant) => mutant.split(":")[0]));
  console.log(
    "\n| file | viable | unit tests | simulation | timeout | missed |\n| --- | --: | --: | --: | --: | --: |",
  );
  for (const file of [...files].sort())
    console.log(
      row(
        `\`${file}\``,
        columns.map((list) => list.filter((mutant) => mutant.startsWith(`${file}:`))),
      ),
    );
  console.log(row("all", columns));
  for (const mutant of missed) console.log(`missed  ${mutant}`);
  const viable = columns.flat().length;
  const share = viable === 0 ? 0 : (viable - missed.length) / viable;
  console.log(`\n${(100 * share).toFixed(1)} % of ${viable} mutants were caught.`);
  console.log(`All are listed in ${relative(root, join(unit, "..", ".."))}.`);
  return share >= LEAST;
}
