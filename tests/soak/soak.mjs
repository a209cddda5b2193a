// A soak: random runs in browsers, with random cancels, pauses, reloads, crashes and closed tabs, until the time is
// over. At the end of each run, the books of the server and the outcomes of the page must agree.

import { createRandom } from "@sluicegate/fault-server/random";
import { LIMIT, launch } from "./browsers.mjs";
import { scenarioOf } from "./plan.mjs";
import { startServers } from "./server.mjs";

/** Milliseconds after which what an act waits for is not going to happen: the run is over, or held back. */
const HELD_BACK = 2_000;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * What a soak has counted. `lost` are items without their outcome, `doubled` those that were paid for more than once.
 * `problems` say what has gone wrong, and with which scenario.
 * @typedef {{runs: number, calls: number, faults: number, acts: Record<string, number>, lost: number, doubled: number,
 * unhandled: number, problems: string[]}} Figures
 */

/** @returns {Figures} */
const nothing = () => ({ runs: 0, calls: 0, faults: 0, acts: {}, lost: 0, doubled: 0, unhandled: 0, problems: [] });

/**
 * Runs scenarios in each browser until the time is over, the browsers side by side.
 * @param {object} options
 * @param {string | number} options.seed
 * @param {number} options.milliseconds
 * @param {("chromium" | "firefox" | "webkit")[]} options.browsers
 * @param {number} [options.only] number of the one scenario that is run
 * @param {(number: number) => import('./plan.mjs').Scenario} [options.plan]
 * @param {Record<string, string | undefined>} [options.env] has the paths of the browsers
 * @returns {Promise<Record<string, Figures>>} by the name of the browser
 */
export async function soak({ seed, milliseconds, browsers, only, plan = (number) => scenarioOf(seed, number), env }) {
  const soaked = await Promise.all(
    browsers.map(async (browser) => {
      const servers = await startServers();
      const engine = await launch(browser, servers.url, env);
      const figures = nothing();
      try {
        const end = performance.now() + milliseconds;
        for (let number = only ?? 1; performance.now() < end; number++) {
          await runScenario(engine, servers, plan(number), figures);
          if (only !== undefined) break;
        }
      } finally {
        await engine.close();
        await servers.close();
      }
      figures.unhandled = servers.complaints.length;
      figures.problems.push(...servers.complaints);
      return [engine.name, figures];
    }),
  );
  return Object.fromEntries(soaked);
}

/** @param {import('./browsers.mjs').Engine} engine @param {Figures} figures */
async function runScenario(engine, servers, scenario, figures) {
  const books = await servers.begin(scenario);
  try {
    const result = await inTime(played(engine, books, scenario, figures));
    check(scenario, result, books, figures);
  } catch (error) {
    figures.lost += 1;
    figures.problems.push(told(scenario, error.stack));
  }
  const { received, beyondQuota, faults } = books.ledger.counts();
  figures.runs += 1;
  figures.calls += received;
  figures.faults += Object.values(faults).reduce((sum, count) => sum + count, beyondQuota);
}

async function inTime(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the run has not ended after ${LIMIT} ms`)), LIMIT);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Plays a scenario, and returns what the page has at the end. */
async function played(engine, books, scenario, figures) {
  let tab = await engine.open();
  await tab.call("start", scenario);
  for (const { kind: planned, after, delay, time } of scenario.acts) {
    await paid(books.ledger, after);
    // Where the driver cannot crash a page, it closes it.
    const kind = planned === "crash" && !tab.crash ? "close" : planned;
    await sleep(delay);
    figures.acts[kind] = (figures.acts[kind] ?? 0) + 1;
    if (kind === "pause") await tab.call("pause", time);
    else if (kind === "cancel") await tab.call("cancel");
    else {
      tab = await left(engine, tab, kind, scenario);
      if (kind !== "takeover") await tab.call("start", scenario);
    }
  }
  const result = await tab.call("finish");
  await tab.close();
  return result;
}

/** Ends the page of a run, and returns one that can go on. */
async function left(engine, tab, kind, scenario) {
  if (kind === "reload") {
    await tab.reload();
    return tab;
  }
  const next = kind === "takeover" ? await engine.open() : undefined;
  await next?.call("start", scenario);
  await (kind === "crash" ? tab.crash() : tab.close());
  return next ?? engine.open();
}

/** Waits until so many items have been paid for. */
async function paid(ledger, items) {
  const end = performance.now() + HELD_BACK;
  while (ledger.counts().items < items && performance.now() < end) await sleep(3);
}

// ── the end of a run ──

/** Names of what a run pays for, and of what it gives. */
function namesOf({ mode, items }) {
  const own = Array.from({ length: items }, (_, index) => `item ${index}`);
  if (mode === "pipeline") return { paid: ["script", ...own, "film"], given: ["script", "images", "film"] };
  if (mode === "in order") return { paid: [...own, ...own.map((_, index) => `prepare ${index}`)], given: own };
  return { paid: own, given: own };
}

/** Compares what the page has with the books of the server. */
function check(scenario, { status, error, outcomes, accepted }, { ledger, chunks }, figures) {
  const { paid: bought, given } = namesOf(scenario);
  const counted = ledger.items();
  const problems = [];
  for (const [name, { paid: times }] of Object.entries(counted)) {
    if (times > 1) problems.push(`${name} was paid ${times} times`);
    if (!bought.includes(name)) problems.push(`${name} was never asked for`);
  }
  figures.doubled += ledger.counts().extraPieces;
  const lost = given.filter((_, index) => !isWhole(scenario, outcomes[index], index, accepted));
  const unpaid = bought.filter((name) => !counted[name]);
  const unkept = scenario.mode === "phase" ? given.filter((_, index) => !chunks.includes(index)) : [];
  if (lost.length > 0) problems.push(`${lost.join(", ")} lost: ${JSON.stringify(outcomes)}`);
  if (unpaid.length > 0) problems.push(`${unpaid.join(", ")} never paid`);
  if (unkept.length > 0) problems.push(`chunks of ${unkept.join(", ")} never kept`);
  if (outcomes.length !== given.length) problems.push(`${outcomes.length} outcomes of ${given.length} items`);
  if (status !== "completed" && accepted.length === 0) problems.push(`it ended as ${status}: ${error}`);
  figures.lost += new Set([...lost, ...unpaid, ...unkept]).size;
  if (problems.length > 0) figures.problems.push(told(scenario, problems.join("; ")));
}

/** Returns whether an item has its own result. Somebody has accepted what was bought and not delivered. */
function isWhole(scenario, outcome, index, accepted) {
  if (outcome?.index !== index) return false;
  if (outcome.status === "rejected") return accepted.includes(outcome.key);
  if (outcome.status !== "fulfilled") return false;
  if (scenario.mode !== "pipeline") return isResult(scenario, outcome.value, `item ${index}`, index);
  if (index !== 1) return isResult(scenario, outcome.value, index === 0 ? "script" : "film");
  const values = outcome.value;
  return values.length === scenario.items && values.every((value, at) => isResult(scenario, value, `item ${at}`));
}

function isResult({ mode, server }, value, name, index = 0) {
  const right = createRandom(`${server.seed}/value/${name}`).int(1, 1_000_000);
  const isInOrder = mode !== "in order" || (value?.place === index && value.prepared === `prepare ${index}`);
  return value?.item === name && value.value === right && isInOrder;
}

const told = (scenario, problem) => `${problem}\n  ${JSON.stringify(scenario)}`;
