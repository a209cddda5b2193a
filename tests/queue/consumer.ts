// A program that uses the types of the package with those of bullmq and ioredis. It is compiled, and never run.
import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { queueProcessor, queueTask, type RedisRunStore, redisJournal, redisStore } from "../../dist/bullmq.js";
import { type Run, startRun } from "../../dist/index.js";

interface Scene {
  readonly id: string;
  readonly text: string;
}
interface Picture {
  readonly url: string;
}

const redis = new Redis("redis://127.0.0.1", { maxRetriesPerRequest: null });
const queue = new Queue<Scene, Picture>("scenes", { connection: redis });
const events = new QueueEvents("scenes", { connection: redis.duplicate() });

const draw = queueTask<Scene, Picture>(queue, {
  events,
  redis,
  job: ({ id }) => ({ priority: id === "cover" ? 1 : 2 }),
  data: ({ id, text }, index, { attempt }) => ({ id, text, index, attempt }),
});
const journal = redisJournal(redis, "story-7", { busy: "fail", lease: 5_000 });
const run: Run<Picture, Scene> = startRun([{ id: "a", text: "a lighthouse" }] as readonly Scene[], draw, {
  concurrency: 20,
  journal,
  signal: journal.lost,
});
export const first: Promise<Picture> = run.value("0");

const process = queueProcessor(
  queue,
  async (scene: Scene, { signal, idempotencyKey, attempt, job, report }): Promise<Picture> => {
    report({ fraction: 0.5, data: { attempt, name: job.name } });
    signal.throwIfAborted();
    return { url: `${scene.id}?key=${idempotencyKey}` };
  },
  { redis, cooldown: 2_000 },
);
export const worker = new Worker<Scene, Picture>("scenes", process, { connection: redis, concurrency: 4 });
export const store: RedisRunStore = redisStore(redis, { prefix: "runs" });

// @ts-expect-error The items are scenes.
startRun([1, 2], draw, { concurrency: 2 });
