// What the runs of a soak are, and what happens to them. The same seed gives the same plan.

import { FAULTS } from "@sluicegate/fault-server/actions";
import { createRandom } from "@sluicegate/fault-server/random";

const MODES = /** @type {const} */ (["pool", "batches", "in order", "phase", "pipeline"]);
/** Late replies serve where work is slow elsewhere. */
const KINDS = FAULTS.filter((fault) => fault !== "slow");

/**
 * What is done to a run, when so many of its items have been paid for. `takeover` opens a second tab on the journal
 * before it closes the first.
 * @typedef {object} Act
 * @property {"pause" | "cancel" | "reload" | "crash" | "close" | "takeover"} kind
 * @property {number} after items that are paid for
 * @property {number} delay milliseconds from then on
 * @property {number} time of a pause, in milliseconds
 */

/**
 * A run, and what happens to it. It is sent to the page as JSON.
 * @typedef {object} Scenario
 * @property {string} id also the name of its journal, and of its paid work at the server
 * @property {(typeof MODES)[number]} mode
 * @property {"keyed" | "reconciled" | "unkeyed" | "job" | "careless" | "lossy"} calls "careless"
 * ones have a new key each time, and "lossy" ones lose the piece of item 1: a soak must notice both
 * @property {"indexedDb" | "memory" | "none"} journal
 * @property {number} items
 * @property {number} concurrency
 * @property {"run" | "call"} retries where failures are repeated
 * @property {"drain" | "abort"} onCancel
 * @property {number | undefined} timeout
 * @property {object | undefined} limiter options
 * @property {Record<string, unknown>} server settings of the paid work
 * @property {readonly Act[]} acts
 */

const CALLS = /** @type {const} */ ({
  pool: ["keyed", "reconciled", "unkeyed", "job"],
  batches: ["keyed", "reconciled", "unkeyed", "job"],
  pipeline: ["keyed", "reconciled", "job"],
  "in order": ["keyed"],
  phase: ["keyed"],
});

/** A phase of a pipeline that is repeated finds what the run inside it has done in a journal alone. */
const KEPT = /** @type {const} */ (["indexedDb", "indexedDb", "indexedDb", "memory"]);
const JOURNALS = /** @type {const} */ ([...KEPT, "none"]);

/**
 * Returns a scenario of a plan.
 * @param {string | number} seed
 * @param {number} number
 * @returns {Scenario}
 */
export function scenarioOf(seed, number) {
  const random = createRandom(`soak/${seed}/${number}`);
  const mode = random.pick(MODES);
  const calls = random.pick(CALLS[mode]);
  // Calls without a key are looked at by hand after a crash, which needs a journal.
  const journal = calls === "unkeyed" ? "indexedDb" : random.pick(mode === "pipeline" ? KEPT : JOURNALS);
  const items = random.int(3, 14);
  return {
    id: `${seed}.${number}`.replace(/[^\w.-]/g, "-"),
    mode,
    calls,
    journal,
    items,
    concurrency: random.int(1, 5),
    retries: random.pick(["run", "call"]),
    onCancel: random.pick(["drain", "abort"]),
    timeout: random.chance(0.3) ? random.int(100, 400) : undefined,
    limiter: random.chance(0.6) ? limiterOf(random) : undefined,
    server: {
      seed: `${seed}/${number}`,
      faultRate: random.chance(0.2) ? 0 : random.between(0.05, 0.45),
      kinds: random.chance(0.5) ? KINDS : [random.pick(KINDS), random.pick(KINDS)],
      quota: random.chance(0.4) ? random.int(1, 4) : null,
      time: random.int(1, 40),
      retryAfter: random.int(5, 40),
      lateness: random.int(50, 500),
    },
    acts: actsOf(random, journal, items),
  };
}

/** @param {import('@sluicegate/fault-server/random').Random} random */
function limiterOf(random) {
  const limit = random.int(1, 5);
  return {
    limit,
    ...(random.chance(0.3) && { stagger: random.int(1, 15) }),
    ...(random.chance(0.3) && { adaptive: { min: 1, max: limit } }),
    ...(random.chance(0.3) && { rate: { limit: random.int(1, 4), interval: random.int(10, 60) } }),
    ...(random.chance(0.4) && { sharedAcrossTabs: "soak" }),
  };
}

/** A run without a journal cannot go on in another run, and one in memory not in another page. */
const POSSIBLE = /** @type {const} */ ({
  none: ["pause"],
  memory: ["pause", "cancel"],
  indexedDb: ["pause", "cancel", "reload", "reload", "crash", "crash", "close", "takeover"],
});

/** @param {import('@sluicegate/fault-server/random').Random} random @returns {Act[]} */
function actsOf(random, journal, items) {
  const acts = Array.from({ length: random.int(0, 4) }, () => ({
    kind: random.pick(POSSIBLE[journal]),
    after: random.int(0, items),
    delay: random.chance(0.5) ? 0 : random.int(1, 60),
    time: random.int(0, 120),
  }));
  return acts.sort((one, other) => one.after - other.after);
}
