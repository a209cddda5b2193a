// Runs in all modes, as a page makes them. Every call is paid for at the fault server.

import { callPhase, Limiter, runJob, startBatches, startInOrder, startPhase, startPipeline, startRun } from "/index.js";
import { sharedAcrossTabs } from "/tabs.js";

const api = new URLSearchParams(location.search).get("api");
const PATIENT = { attempts: 30, minDelay: 2, maxDelay: 40 };
const ONCE = { attempts: 1 };

/** Starts the run of a scenario. @param {import('./plan.mjs').Scenario} scenario */
export function startScenario(scenario, journal) {
  const { mode, calls, concurrency, onCancel, timeout } = scenario;
  const items = Array.from({ length: scenario.items }, (_, index) => index);
  const { sharedAcrossTabs: name, ...limits } = /** @type {any} */ (scenario.limiter ?? {});
  const limiter =
    scenario.limiter && new Limiter({ ...limits, ...(name && { sharedAcrossTabs: sharedAcrossTabs(name) }) });
  const shared = {
    onCancel,
    ...(journal && { journal }),
    ...(limiter && { limiter }),
    ...(isRetriedByRun(scenario) && { retry: PATIENT }),
  };
  const options = { ...shared, timeout, key: (item) => `item ${item}` };
  const draw = (item, _, context) => (calls === "job" ? order : pay)(scenario, `item ${item}`, context);
  const reconcile = (context) => reconciled(scenario, context);
  const list = calls === "reconciled" ? { ...options, retry: { ...PATIENT, reconcile } } : options;
  if (mode === "batches") return startBatches(items, concurrency, draw, list);
  if (mode === "in order") return startInOrder(items, { ...options, concurrency, ...inOrder(scenario) });
  if (mode === "phase") return startPhase(chunk(scenario), { ...shared, timeout, stagger: 1, onChunk: keep(scenario) });
  if (mode === "pool") return startRun(items, draw, { ...list, concurrency });
  const nested = ({ journal: inner, signal }) =>
    startRun(items, draw, { ...list, concurrency, signal, ...(inner && { journal: inner }) }).values;
  return startPipeline(
    [
      { name: "script", run: (_, context) => context.step("write", (step) => pay(scenario, "script", step)) },
      { name: "images", run: (_, context) => nested(context) },
      { name: "film", run: (_, context) => pay(scenario, "film", context) },
    ],
    { onCancel, ...(journal && { journal }) },
  );
}

/** The phases of a pipeline have no retries of their own. */
const isRetriedByRun = ({ mode, calls, retries }) =>
  mode !== "pipeline" && (retries === "run" || calls === "reconciled");

function inOrder(scenario) {
  return {
    carry: 0,
    // What goes on without a failed item has the carry of an earlier one.
    onStepFailure: { prepare: "pause", commit: "pause" },
    prepare: (item, _, context) => pay(scenario, `prepare ${item}`, context, "/prepare"),
    async commit(item, prepared, carry, context) {
      const reply = await pay(scenario, `item ${item}`, context);
      return { value: { ...reply, prepared: prepared.item, place: carry }, carry: carry + 1 };
    },
  };
}

function chunk(scenario) {
  return async (request) => {
    const reply = await pay(scenario, `item ${request.startIndex}`, request);
    const nextStartIndex = request.startIndex + 1;
    return { ...reply, hasMore: nextStartIndex < scenario.items, nextStartIndex };
  };
}

function keep({ id }) {
  return async (_, { startIndex }) => {
    await fetch(`/chunks?run=${encodeURIComponent(id)}`, { method: "POST", body: `${startIndex}` });
  };
}

/** Makes a call that costs something. Two calls of one item need keys of their own. */
async function pay(scenario, name, context, suffix = "") {
  const { id, calls } = scenario;
  const retry = isRetriedByRun(scenario) ? ONCE : PATIENT;
  const options = { signal: context.signal, retry };
  // A task that reads the key is keyed.
  if (calls !== "unkeyed") options.idempotencyKey = `${context.idempotencyKey}${suffix}`;
  if (calls === "careless") options.idempotencyKey = `${Math.random()}`;
  const piece = await callPhase(`${api}/api/paid/${id}/work`, { item: name }, options);
  return calls === "lossy" && name === "item 1" ? undefined : piece;
}

/** Orders a piece, and asks for it until it is there. */
function order(scenario, name, context) {
  return runJob({
    context,
    async submit(step) {
      await pay(scenario, name, step);
      return step.idempotencyKey;
    },
    poll: (key) => made(scenario, key),
    done: ({ found }) => found,
    value: ({ value }) => value,
    interval: 5,
  });
}

/** Asks the server what it has made under a key. */
function made({ id }, key) {
  const url = `${api}/api/paid/${id}/results/${encodeURIComponent(key)}`;
  return callPhase(url, undefined, { method: "GET", retry: PATIENT });
}

const reconciled = (scenario, { idempotencyKey }) => made(scenario, idempotencyKey);

/** Milliseconds for which a server is at rest that hears nothing more of a page that is gone. */
const REST = 400;

/** Returns the items that the server has been paid for, when nothing is under way any more. */
export async function paidItems({ id }) {
  const ask = (what) => callPhase(`${api}/api/paid/${id}/${what}`, undefined, { method: "GET", retry: PATIENT });
  let since = performance.now();
  for (let heard = NaN; performance.now() - since < REST; ) {
    const { received, open } = await ask("ledger");
    if (open > 0 || received !== heard) since = performance.now();
    heard = received;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return ask("items");
}
