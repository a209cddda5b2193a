/**
 * sluicegate/bullmq: runs whose calls are made by the workers of a BullMQ queue, on any number of machines. What the
 * process that owns a run knows is in Redis, so that another one can take the run over.
 *
 * `bullmq` and `ioredis` are yours: you pass their objects in. Node.js 20 or later, Redis 6.2 or later.
 *
 * @example
 * // The owner of the run.
 * const redis = new Redis({ maxRetriesPerRequest: null });
 * const queue = new Queue("scenes", { connection: redis });
 * const events = new QueueEvents("scenes", { connection: redis.duplicate() });
 * const draw = queueTask<Scene, Picture>(queue, { events, redis });
 * const run = startRun(scenes, draw, { concurrency: 20, retry: {}, journal: redisJournal(redis, "story-7") });
 *
 * // A worker.
 * const processor = queueProcessor(queue, (scene: Scene, { signal, idempotencyKey }) =>
 *   callPhase("https://api.example/draw", scene, { signal, idempotencyKey }), { redis });
 * new Worker("scenes", processor, { connection: redis, concurrency: 4 });
 * @module
 */

import type { JobQueue } from "../bullmq/bullmq.ts";
import { RedisJournalStore } from "../bullmq/journal.ts";
import { type Processor, type ProcessorOptions, processorOf, type WorkContext } from "../bullmq/processor.ts";
import type { RedisClient } from "../bullmq/redis.ts";
import { type RedisRunStore, storeIn } from "../bullmq/store.ts";
import { QueueTask, type QueueTaskOptions } from "../bullmq/task.ts";
import { JournalBusyError } from "../journal/errors.ts";
import { JournalRecords, journalOf } from "../journal/records.ts";
import { refuseUnknown } from "../runtime/known-options.ts";
import type { AbortSignal } from "../runtime/platform.ts";
import { REPEATABLE } from "../runtime/signals/marks.ts";
import { badOption, isObject } from "../runtime/values.ts";
import type { RunJournal } from "./journal.ts";
import type { Task } from "./types.ts";

export type { JobEvents, JobQueue, NewJob, QueueJob, QueueJobOptions } from "../bullmq/bullmq.ts";
export { JobRemovedError } from "../bullmq/failures.ts";
export { JournalLostError } from "../bullmq/journal.ts";
export type { Processor, ProcessorOptions, WorkContext } from "../bullmq/processor.ts";
export type { RedisClient } from "../bullmq/redis.ts";
export type { RedisRunStore } from "../bullmq/store.ts";
export type { QueueTaskOptions } from "../bullmq/task.ts";
export { JournalBusyError, JournalEntryError, UnconfirmedError } from "../journal/errors.ts";

/**
 * Returns a task that lets the workers of a queue do the work: it adds a job with the item as its data, and waits for
 * the result. Data and results are JSON.
 *
 * The id of the job is made of the item's idempotency key, so a job is never there twice: an owner that starts again,
 * or a second one, gets the result of the first job. An attempt that finds its job failed makes it again. So give the
 * items keys that survive the process: a journal, or `idempotencyKey` of the run. Give the run this task itself. Of a
 * function around it the journal learns only when it is called that it may be repeated; an owner that is killed in
 * between leaves an UnconfirmedError.
 *
 * `report` of the worker is the progress of the item. When the attempt is aborted, a waiting job is removed, and an
 * active worker is told to stop. A failed job rejects with an error that has the name, message, status, body and
 * `retryAfter` of the worker's, so the `retry` of the run decides as if it had made the call itself. A job that is
 * removed by others rejects with a JobRemovedError.
 *
 * @throws TypeError for arguments that cannot be used. The message names the option and the value.
 * @example
 * const job = ({ isCover }: Scene) => ({ priority: isCover ? 1 : 2 });
 * const draw = queueTask<Scene, Picture>(queue, { events, redis, job });
 * const run = startRun(scenes, draw, { concurrency: 20, key: ({ id }) => id, retry: { attempts: 5 } });
 */
export function queueTask<T = unknown, R = unknown>(
  queue: JobQueue,
  options: QueueTaskOptions<T>,
): Task<T, Promise<R>> {
  const task = new QueueTask(queue, options);
  const call: Task<T, Promise<R>> = (item, index, context) => task.run(item, index, context) as Promise<R>;
  return Object.assign(call, { [REPEATABLE]: true });
}

/**
 * Returns the processor of a BullMQ worker whose jobs are added by `queueTask`. What `work` returns is the value of the
 * item. It must be JSON.
 *
 * A failure with status 429, 503 or 529 holds back all workers of the queue, for as long as its `retryAfter` says. For
 * that a queue without a rate limit is given one that it never reaches, because BullMQ's workers look for no other. The
 * failure goes to the owner of the run as all others do, and its `retry` decides: nothing is repeated by both.
 *
 * @throws TypeError for arguments that cannot be used. The message names the option and the value.
 * @example
 * const processor = queueProcessor(queue, async (scene: Scene, { signal, idempotencyKey, report }) => {
 *   report({ fraction: 0.1 });
 *   return callPhase<Picture>("https://api.example/draw", scene, { signal, idempotencyKey });
 * }, { redis });
 * const worker = new Worker(queue.name, processor, { connection: redis, concurrency: 4 });
 */
export function queueProcessor<T = unknown, R = unknown>(
  queue: JobQueue,
  work: (data: T, context: WorkContext) => R,
  options: ProcessorOptions,
): Processor<Awaited<R>> {
  return processorOf(queue, work, options);
}

/** Options of `redisJournal`. Times are milliseconds. */
export interface RedisJournalOptions {
  /**
   * Behavior of a run while another process works on the journal. "wait" waits until that process has finished or
   * died, "fail" fails with a JournalBusyError.
   * @default "wait"
   */
  readonly busy?: "wait" | "fail" | undefined;
  /** How long a process that has died keeps the journal, from 100. @default 15_000 */
  readonly lease?: number | undefined;
  /**
   * The fencing token of a claim that is made elsewhere: `journals` of `serveRuns` is given one. The journal then has
   * no lock of its own, and refuses what a process with an older token appends.
   * @default none
   */
  readonly token?: number | undefined;
  /** Prefix of the keys in Redis. @default "sluicegate" */
  readonly prefix?: string | undefined;
}

/** A journal in Redis. */
export interface RedisJournal extends RunJournal {
  /**
   * Aborts when another process works on the journal, because this one was asleep or cut off for longer than the lease.
   * Pass it to the run as `signal`, so that it stops; what it appends is refused in any case.
   */
  readonly lost: AbortSignal;
}

const JOURNAL_OPTIONS = ["busy", "lease", "token", "prefix"];

/**
 * Returns a journal in Redis. One process at a time works on it: it holds a lock with a lease, and each holder has a
 * higher fencing token than the one before. Every write checks the token. Appends of one turn are written together.
 * Values are stored as the structured clone algorithm copies them (`v8.serialize`). Entries stay until `clear()`.
 *
 * A run on it resumes as one in IndexedDB does, after a crash of its process on any machine that reaches the Redis.
 * Turn on its AOF (`appendonly yes`), or entries get lost when it restarts.
 *
 * @throws TypeError if `name` is not a string that is not empty, or for a bad option.
 * @example
 * const journal = redisJournal(redis, "story-7");
 * const run = startRun(scenes, draw, { concurrency: 20, journal, signal: journal.lost });
 */
export function redisJournal(redis: RedisClient, name: string, options: RedisJournalOptions = {}): RedisJournal {
  if (!isObject(redis) || typeof redis.hvalsBuffer !== "function")
    throw badOption("redis", "a client of ioredis", redis);
  if (typeof name !== "string" || name === "") throw badOption("name", "a string that is not empty", name);
  refuseUnknown(options, JOURNAL_OPTIONS);
  const { busy = "wait", lease = 15_000, token, prefix = "sluicegate" } = options;
  if (busy !== "wait" && busy !== "fail") throw badOption("busy", '"wait" or "fail"', busy);
  if (!(lease >= 100)) throw badOption("lease", "a number of milliseconds from 100", lease);
  if (token !== undefined && !(Number.isSafeInteger(token) && token > 0)) {
    throw badOption("token", "an integer from 1", token);
  }
  const store = new RedisJournalStore(redis, { name, busy, lease, token, prefix });
  const busyError = busy === "fail" ? () => new JournalBusyError(name) : undefined;
  const records = new JournalRecords(store, { busy: busyError });
  const journal = journalOf(records, { clear: () => records.clear() });
  return Object.defineProperty(journal, "lost", { get: () => store.lost }) as typeof journal & RedisJournal;
}

/**
 * Returns a store of runs in Redis, for `serveRuns` in any number of processes: each serves every run, and takes over
 * those whose process has died.
 *
 * @param options.prefix Prefix of the keys in Redis. @default "sluicegate"
 * @throws TypeError for arguments that cannot be used.
 * @example
 * const handler = serveRuns({
 *   kinds: { story: startStory },
 *   store: redisStore(redis),
 *   journals: ({ id, token }) => redisJournal(redis, id, { token }),
 *   authorize,
 * });
 */
export function redisStore(redis: RedisClient, options: { prefix?: string | undefined } = {}): RedisRunStore {
  if (!isObject(redis) || typeof redis.duplicate !== "function") throw badOption("redis", "a client of ioredis", redis);
  refuseUnknown(options, ["prefix"]);
  const { prefix = "sluicegate" } = options;
  if (typeof prefix !== "string" || !/^[^{}]+$/.test(prefix))
    throw badOption("prefix", "a text without braces", prefix);
  return storeIn(redis, prefix);
}
