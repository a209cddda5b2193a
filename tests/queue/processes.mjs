// The processes of crash.test.mjs: workers and owners, which are killed. `node processes.mjs <role> <url> <name> …`
import { setTimeout as sleep } from "node:timers/promises";
import { openQueue, queueProcessor, queueTask, redisJournal, startRun } from "./lab.mjs";

const [role, url, name, ...args] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
const tell = (message) => process.send?.(message);

const roles = {
  /** Buys the pictures of jobs in a shop. */
  async worker() {
    const [shop] = args;
    const { queue, redis, work } = openQueue(url, name);
    const process = queueProcessor(
      queue,
      async (_, { idempotencyKey, signal }) => {
        const reply = await fetch(shop + encodeURIComponent(idempotencyKey), { signal });
        return reply.text();
      },
      { redis },
    );
    await work(process, { concurrency: 2 }).waitUntilReady();
    tell({ name: "ready" });
  },

  /** Owns a run of `count` items, and tells of its progress and its end. */
  async owner() {
    const [journal, count] = args;
    const { queue, events, redis } = openQueue(url, name);
    const items = Array.from({ length: Number(count) }, (_, at) => at);
    const run = startRun(items, queueTask(queue, { events, redis }), {
      concurrency: 6,
      retry: { attempts: 5, minDelay: 50 },
      journal: redisJournal(redis, journal, { lease: 600 }),
      onJournalError: (error) => tell({ name: "journal", message: String(error) }),
      onOutcome: (/** @type {any} */ outcome) => {
        if (!outcome.restored) tell({ name: "outcome", key: outcome.key, status: outcome.status });
      },
    });
    tell({ name: "started" });
    const { status, values, outcomes, error } = await run.finished;
    const restored = outcomes.filter((/** @type {any} */ outcome) => outcome.restored).length;
    tell({ name: "finished", status, values, restored, errors: error?.errors.map(String) ?? [] });
  },
};

await roles[role]();
// Only the test ends it.
await sleep(2 ** 31 - 1);
