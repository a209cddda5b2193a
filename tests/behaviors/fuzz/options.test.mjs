// Options of any type, for every option of every verb: a TypeError, or a run that ends.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { rolldown } from "rolldown";
import { memoryJournal } from "../../../dist/journal.js";
import {
  callPhase,
  Limiter,
  pollUntil,
  processPhase,
  processWithConcurrency,
  retry,
  runJob,
  settleWithConcurrency,
  setWarnings,
  startBatches,
  startInOrder,
  startPhase,
  startPipeline,
  startRun,
} from "../package.mjs";
import { checked, ended, playCases } from "./cases.mjs";
import { anyJson, anyValue } from "./values.mjs";

setWarnings(false);
after(() => setWarnings(true));

/** The names of options, from the source: a new one is tried without a change here. */
const names = await (async () => {
  const build = await rolldown({ input: new URL("../../../src/runtime/known-options.ts", import.meta.url).pathname });
  const { output } = await build.generate({ format: "es" });
  await build.close();
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
})();

/** Returns options, most of them good: of these some are replaced by any value. */
function anyOptions(random, known, good) {
  const options = { ...good };
  for (let changes = random.int(0, 3); changes > 0; changes--) {
    const name = random.pick(known);
    // What a run waits for by itself is not to end it late.
    if (name !== "signal" || random.chance(0.2)) options[name] = anyValue(random);
  }
  if (random.chance(0.05)) options[random.pick(["concurency", "__proto__x", "constructor", "toString"])] = 1;
  return random.chance(0.05) ? anyValue(random) : options;
}

const items = (random) =>
  random.pick([
    [1, 2, 3],
    [1],
    [],
    new Set([1, 2]),
    (function* () {
      yield 1;
    })(),
    anyValue(random),
  ]);
const count = (random) => (random.chance(0.7) ? random.int(1, 3) : anyValue(random));
const task = (random) => (random.chance(0.8) ? async () => anyJson(random) : anyValue(random));
const chunk = (random) => () => ({ hasMore: random.chance(0.5), nextStartIndex: random.int(0, 9) });
const journal = (random) => (random.chance(0.3) ? { journal: memoryJournal(), onJournalError: () => {} } : {});

/** All verbs, with good options. Each returns a promise, or a handle with one. */
const VERBS = {
  processWithConcurrency: (random, signal) =>
    processWithConcurrency(
      items(random),
      count(random),
      task(random),
      anyOptions(random, names.POOL_OPTIONS, { signal }),
    ),
  settleWithConcurrency: (random, signal) =>
    settleWithConcurrency(
      items(random),
      count(random),
      task(random),
      anyOptions(random, names.POOL_OPTIONS, { signal }),
    ),
  processPhase: (random, signal) =>
    processPhase(chunk(random), anyOptions(random, names.PHASE_OPTIONS, { signal, stagger: 0, maxChunks: 3 })),
  callPhase: (random, signal) => {
    const fetch = async () =>
      new Response(JSON.stringify(anyJson(random)), { status: random.pick([200, 200, 404, 503]) });
    const good = { fetch, signal, retry: { attempts: 2, minDelay: 0, maxDelay: 1 } };
    return callPhase("/api", anyJson(random), anyOptions(random, names.CALL_OPTIONS, good));
  },
  retry: (random, signal) =>
    retry(
      task(random),
      anyOptions(random, names.RETRY_OPTIONS, { attempts: 2, minDelay: 0, maxDelay: 1 }),
      anyOptions(random, names.ONE_OPTIONS, { signal }),
    ),
  pollUntil: (random, signal) =>
    pollUntil(
      task(random),
      anyOptions(random, names.POLL_OPTIONS, { signal, interval: 1, done: () => random.chance(0.5) }),
    ),
  runJob: (random, signal) => {
    const good = { submit: task(random), poll: task(random), interval: 1, done: () => random.chance(0.5), signal };
    return runJob(anyOptions(random, names.JOB_OPTIONS, good));
  },
  startRun: (random, signal) => {
    const good = { signal, concurrency: 2, ...journal(random) };
    return startRun(
      items(random),
      task(random),
      anyOptions(random, [...names.POOL_OPTIONS, "concurrency", "open"], good),
    );
  },
  startBatches: (random, signal) =>
    startBatches(
      items(random),
      count(random),
      task(random),
      anyOptions(random, names.RUN_OPTIONS, { signal, ...journal(random) }),
    ),
  startInOrder: (random, signal) => {
    const commit = (_item, _prepared, carry) => ({ value: 1, carry });
    const good = { signal, concurrency: 2, prepare: task(random), commit, carry: 0, ...journal(random) };
    return startInOrder(items(random), anyOptions(random, names.IN_ORDER_OPTIONS, good));
  },
  startPhase: (random, signal) =>
    startPhase(
      chunk(random),
      anyOptions(random, names.PHASE_OPTIONS, { signal, stagger: 0, maxChunks: 3, ...journal(random) }),
    ),
  startPipeline: (random, signal) => {
    const phase = (name) => anyOptions(random, names.PIPELINE_PHASE_OPTIONS, { name, run: task(random) });
    return startPipeline(
      random.chance(0.9) ? [phase("a"), phase("b")] : anyValue(random),
      anyOptions(random, names.PIPELINE_OPTIONS, { signal, ...journal(random) }),
    );
  },
  Limiter: async (random, signal) => {
    const limiter = new Limiter(
      anyOptions(
        random,
        names.LIMITER_OPTIONS.filter((name) => name !== "sharedAcrossTabs"),
        { limit: 2 },
      ),
    );
    return limiter.run(task(random), anyOptions(random, names.LIMITED_OPTIONS, { signal }));
  },
};

/** Methods of handles, with arguments of any type. */
const METHODS = [
  "pause",
  "resume",
  "cancelItem",
  "retry",
  "settled",
  "add",
  "end",
  "setConcurrency",
  "retryFailed",
  "value",
  "remove",
  "subscribe",
];

async function steer(random, run) {
  for (let calls = random.int(0, 4); calls > 0; calls--) {
    const method = run[random.pick(METHODS)];
    if (typeof method !== "function") continue;
    try {
      void ended(Promise.resolve(method(random.pick(["0", "1", anyValue(random)]), anyValue(random))));
    } catch (error) {
      checked(error);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (const [name, verb] of Object.entries(VERBS)) {
  test(`\`${name}\` refuses options or ends, whatever they are`, async () => {
    await playCases(
      name,
      async (random) => {
        const controller = new AbortController();
        let started;
        try {
          started = verb(random, controller.signal);
        } catch (error) {
          // Thrown by an option, or a refusal.
          return checked(error);
        }
        const run = typeof started?.cancel === "function" ? started : undefined;
        // A run that was given a lasting value such as an hour ends by its signal.
        const ending = ended(run ? run.finished : started);
        if (run) await steer(random, run);
        for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
        controller.abort();
        run?.cancel();
        const { isFulfilled } = await ending;
        if (!run) return;
        assert.ok(isFulfilled, "`finished` never rejects");
        // Outcomes, snapshots and reports can be read.
        assert.ok(Array.isArray(run.report.outcomes));
        assert.equal(typeof run.snapshot.state, "string");
      },
      0.25,
    );
  });
}
