// The processes of the bench of queues: `process.mjs worker|owner`, with the settings as JSON.
import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { queueProcessor, queueTask, redisJournal } from "../../dist/bullmq.js";
import { startRun } from "../../dist/index.js";

const [role, text] = process.argv.slice(2);
const { url, name, way, runs, items, together, concurrency } = JSON.parse(text);
process.on("disconnect", () => process.exit());
const tell = (message) => process.send?.(message);
const connect = () => new Redis(url, { maxRetriesPerRequest: null });
/** Number of times that the memory of the owner is looked at. */
const LOOKS = 10;
/** Microseconds of the processor that this process has used. */
const used = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const redis = connect();
const queue = new Queue(name, { connection: redis });
// Each wait for a job listens to the queue.
queue.setMaxListeners(0);

/** The work of a job. It does nothing, so that the bench measures the queue alone. */
const work = async (data) => data;

async function beWorker() {
  const processor = way === "alone" ? (job) => work(job.data) : queueProcessor(queue, work, { redis });
  await new Worker(name, processor, { connection: connect(), concurrency }).waitUntilReady();
  const began = used();
  process.on("message", () => tell(used() - began));
  tell("ready");
}

async function beOwner() {
  const events = new QueueEvents(name, { connection: connect() });
  events.setMaxListeners(0);
  await events.waitUntilReady();
  const start = way === "alone" ? alone(events) : onQueue(events);
  const numbers = Array.from({ length: items }, (_, index) => index);
  // Warm: scripts are loaded, functions compiled.
  await start(numbers, "warm");
  /** @type {number[]} */
  const heaps = [];
  let done = 0;
  let next = 0;
  const began = performance.now();
  const usedBefore = used();
  const lane = async () => {
    while (next < runs) {
      await start(numbers, `run-${next++}`);
      done += 1;
      if (done % Math.ceil(runs / LOOKS) === 0) heaps.push(liveHeap());
    }
  };
  await Promise.all(Array.from({ length: together }, lane));
  tell({ seconds: (performance.now() - began) / 1000, owner: used() - usedBefore, heaps });
}

function liveHeap() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** As the documentation of BullMQ does it: adds the jobs of a run at once, and waits for each. */
const alone = (events) => async (numbers, run) => {
  const opts = { removeOnComplete: { age: 60 } };
  const jobs = await queue.addBulk(
    numbers.map((data) => ({ name: "item", data, opts: { ...opts, jobId: `${run}-${data}` } })),
  );
  await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
};

function onQueue(events) {
  const task = queueTask(queue, { events, redis, keep: 60_000 });
  return async (numbers, run) => {
    const journal = way === "journal" ? redisJournal(redis, run) : undefined;
    const idempotencyKey = (item) => `${run}-${item}`;
    const report = await startRun(numbers, task, { concurrency: items, idempotencyKey, journal }).finished;
    if (report.status !== "completed") throw report.error;
    await journal?.clear();
  };
}

await (role === "worker" ? beWorker() : beOwner());
