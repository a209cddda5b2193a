// The page of a soak: starts the run that it is told, steers it, and brings it to its end.

import { indexedDbJournal, memoryJournal } from "/journal.js";
import { paidItems, startScenario } from "/runs.mjs";

/** How often a run is brought on that has failed in part. */
const ROUNDS = 500;
const ENDED_EARLY = ["cancelled", "failed"];
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// ── what nobody handled: the server keeps it, because the page may be closed ──

const complain = (what) => void navigator.sendBeacon("/complaints", what);
addEventListener("error", ({ message, error }) => complain(`error: ${message} ${error?.stack ?? ""}`));
addEventListener("unhandledrejection", ({ reason }) => complain(`rejection: ${reason?.stack ?? reason}`));

// ── the run ──

let scenario;
let journal;
let run;
let isPaused = false;

/** Starts the run of a scenario, or goes on where an earlier page was. */
function start(given) {
  if (given.id !== scenario?.id) {
    scenario = given;
    isPaused = false;
    const journals = { indexedDb: () => indexedDbJournal(given.id), memory: memoryJournal, none: () => undefined };
    journal = journals[given.journal]();
  }
  run = startScenario(scenario, journal);
  const { subscribe, resume } = run;
  const started = run;
  subscribe(() => {
    // A failure has paused it.
    if (started.state === "paused" && !isPaused) queueMicrotask(() => resume({ retryFailed: true }));
  });
}

/** Pauses a run for a while. */
async function pauseFor(milliseconds) {
  isPaused = true;
  run.pause();
  await pause(milliseconds);
  isPaused = false;
  // A call without a key is looked at first.
  run.resume({ retryFailed: scenario.calls !== "unkeyed" });
}

/** Cancels a run, and starts it again when it has ended. */
async function cancel() {
  run.cancel();
  await run.finished;
  start(scenario);
}

/** Brings a run to its end, and returns what it has come to. */
async function finish() {
  let accepted = [];
  for (let round = 0; round < ROUNDS; round++) {
    await run.finished;
    const { status, outcomes } = run.report;
    accepted = scenario.calls === "unkeyed" ? await bought(outcomes) : [];
    const left = outcomes.filter(({ status, key }) => status !== "fulfilled" && !accepted.includes(key));
    if (status === "completed" || (status === "partial" && left.length === 0)) break;
    // Nobody knows whether the server has got a call that was about to be made: where it has a key, that does no harm.
    await Promise.all(left.filter(({ status }) => status === "rejected").map(({ key }) => run.retry(key)));
    // A phase goes on behind a chunk that was asked for again.
    await pause(20);
    if (journal && run.report.status !== "completed" && ENDED_EARLY.includes(status)) start(scenario);
  }
  const { status, outcomes, error } = run.report;
  const told = outcomes.map(({ reason, item, ...others }) => ({ ...others, reason: String(reason) }));
  return { status, error: error && String(error.cause ?? error), accepted, outcomes: told };
}

/** Returns the keys of items that have failed here, and that the server has made: somebody would look there. */
async function bought(outcomes) {
  const failed = outcomes.filter(({ status }) => status === "rejected");
  if (failed.length === 0) return [];
  const paid = await paidItems(scenario);
  return failed.filter(({ key }) => paid[key]).map(({ key }) => key);
}

globalThis.soak = { start: async (given) => start(given), pause: pauseFor, cancel, finish };
