// What a run on a queue asks of Redis beside BullMQ alone. It counts commands, which a busy machine does not change:
// `npm run bench -- queue` measures jobs a second.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lab } from "./task-lab.mjs";

const JOBS = 400;
const numbers = Array.from({ length: JOBS }, (_, index) => index);

/** Returns the number of scripts and commands that a Redis was sent while `body` ran, for each job. */
async function commandsOf(redis, body) {
  const total = async () => {
    const stats = await redis.info("commandstats");
    const sent = [...stats.matchAll(/cmdstat_(eval|evalsha|publish|hgetall|hget|xread|bzpopmin):calls=(\d+)/g)];
    return sent.reduce((sum, [, , calls]) => sum + Number(calls), 0);
  };
  const before = await total();
  await body();
  return ((await total()) - before) / JOBS;
}

test("a run on a queue sends no more commands for a job than BullMQ alone", async () => {
  const { redis, queue, events, serve, start } = lab();
  queue.setMaxListeners(0);
  events.setMaxListeners(0);
  await events.waitUntilReady();
  serve(async (data) => data, { worker: { concurrency: 25 } });
  // Scripts are loaded.
  await start(["first"], { concurrency: 50 }).finished;
  const alone = await commandsOf(redis, async () => {
    const opts = { removeOnComplete: { age: 60 } };
    const jobs = await queue.addBulk(
      numbers.map((data) => ({ name: "item", data, opts: { ...opts, jobId: `a-${data}` } })),
    );
    await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
  });
  const run = await commandsOf(redis, async () => {
    const { values } = await start(numbers, { concurrency: JOBS }).finished;
    assert.equal(values.length, JOBS);
  });
  assert.ok(alone > 1, `${alone} commands for a job of BullMQ alone`);
  assert.ok(run <= alone, `${run} commands for a job of a run, ${alone} of BullMQ alone`);
});
