// A task whose work is done by the workers of a BullMQ queue.

import type { Limiter } from "../npm/modes.ts";
import type { TaskContext } from "../npm/types.ts";
import { refuseUnknown } from "../runtime/known-options.ts";
import { marksOf, onGivenUp } from "../runtime/signals/marks.ts";
import { badOption, isObject, reportUncaught } from "../runtime/values.ts";
import { cancelChannel, holdBack, type JobEvents, type JobQueue, type NewJob, type QueueJobOptions } from "./bullmq.ts";
import { jobIdOf } from "./job-id.ts";
import { type JobWatch, type Waiter, watchOf } from "./job-watch.ts";
import type { RedisClient } from "./redis.ts";

/** Options of `queueTask`. Times are milliseconds. */
export interface QueueTaskOptions<T> {
  /** The `QueueEvents` of the queue: one for all tasks of a process. */
  readonly events: JobEvents;
  /** A client of ioredis, by which active workers are told to stop. */
  readonly redis: RedisClient;
  /** Name of the jobs. @default the name of the queue */
  readonly name?: string | undefined;
  /** Returns the data of a job, which must be JSON. @default the item */
  readonly data?: ((item: T, index: number, context: TaskContext) => unknown) | undefined;
  /**
   * Options of the jobs, for instance `priority`. With `attempts` above 1 BullMQ repeats failed jobs: then give the run
   * no `retry`, so that only one side does.
   * @default { attempts: 1 }
   */
  readonly job?: QueueJobOptions | ((item: T, index: number) => QueueJobOptions) | undefined;
  /**
   * How long a finished job is kept. Until then a run that asks for the same idempotency key gets its result, and no
   * second job.
   * @default 604_800_000, a week
   */
  readonly keep?: number | undefined;
  /** A limiter whose cooldowns hold back all workers of the queue. @default none */
  readonly limiter?: Limiter | undefined;
}

const OPTIONS = ["events", "redis", "name", "data", "job", "keep", "limiter"];
const WEEK = 7 * 24 * 60 * 60 * 1000;
/** How often a limiter is looked at while jobs are open, in milliseconds. */
const LOOK = 100;
/** Waits between attempts to stop a job, in milliseconds. A worker may be about to take it, or to lose it. */
const STOP_WAITS = [0, 100, 500, 2_000, 10_000];

/** A job that is added with others of the same turn. */
interface Adding {
  readonly job: NewJob;
  readonly waiter: Waiter;
  fail(error: unknown): void;
}

export class QueueTask<T> {
  readonly #queue: JobQueue;
  readonly #options: QueueTaskOptions<T>;
  readonly #watch: JobWatch;
  #batch: Adding[] | undefined;
  #heldUntil = 0;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(queue: JobQueue, options: QueueTaskOptions<T>) {
    if (!isObject(queue) || typeof queue.addBulk !== "function") throw badOption("queue", "a Queue of BullMQ", queue);
    if (!isObject(options)) throw badOption("options", "{ events, redis }", options);
    refuseUnknown(options, OPTIONS);
    const { events, redis, keep, data } = options;
    if (typeof events?.on !== "function") throw badOption("events", "the QueueEvents of the queue", events);
    if (typeof redis?.publish !== "function") throw badOption("redis", "a client of ioredis", redis);
    if (keep !== undefined && !(keep > 0)) throw badOption("keep", "a number of milliseconds above 0", keep);
    if (data !== undefined && typeof data !== "function") throw badOption("data", "a function", data);
    this.#queue = queue;
    this.#options = options;
    this.#watch = watchOf(queue, events);
  }

  /** Adds the job of an item, or finds it, and waits for its result. */
  async run(item: T, index: number, context: TaskContext): Promise<unknown> {
    const { idempotencyKey } = context;
    if (idempotencyKey === "") throw badOption("idempotencyKey", "a text that is not empty", idempotencyKey);
    const id = jobIdOf(idempotencyKey);
    let stop: ((reason: unknown) => void) | undefined;
    let givenUp: { readonly reason: unknown } | undefined;
    onGivenUp(context, (reason) => {
      givenUp ??= { reason };
      stop?.(reason);
    });
    await this.#watch.ready();
    // A next owner must know that this job may be asked for again.
    await marksOf(context);
    if (givenUp) throw (givenUp as { readonly reason: unknown }).reason;
    this.#look();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { isAdded: false, resolve, reject, progress: (data) => context.report(updateOf(data)) };
      stop = (reason) => {
        if (!this.#watch.isWaiting(id, waiter)) return;
        fail(reason);
        void this.#stop(id);
      };
      const fail = (error: unknown) => {
        this.#watch.remove(id, waiter);
        waiter.reject(error);
      };
      this.#watch.add(id, waiter);
      try {
        this.#add({ job: this.#newJob(id, item, index, context), waiter, fail });
      } catch (error) {
        fail(error);
      }
    });
  }

  #newJob(jobId: string, item: T, index: number, context: TaskContext): NewJob {
    const { name = this.#queue.name, data, job, keep = WEEK } = this.#options;
    const own = typeof job === "function" ? job(item, index) : job;
    const kept = { age: Math.ceil(keep / 1000) };
    return {
      name,
      data: (data ? data(item, index, context) : item) as never,
      opts: { attempts: 1, removeOnComplete: kept, removeOnFail: kept, ...own, jobId },
    };
  }

  #add(adding: Adding): void {
    if (this.#batch) {
      this.#batch.push(adding);
      return;
    }
    const batch = [adding];
    this.#batch = batch;
    queueMicrotask(() => {
      this.#batch = undefined;
      void this.#addAll(batch);
    });
  }

  async #addAll(batch: readonly Adding[]): Promise<void> {
    try {
      await this.#queue.addBulk(batch.map(({ job }) => job));
    } catch (error) {
      // One job that cannot be stored must not fail the others. Those that were added are not added twice.
      if (batch.length > 1) await Promise.all(batch.map((one) => this.#addAll([one])));
      else batch[0]?.fail(error);
      return;
    }
    for (const { waiter } of batch) waiter.isAdded = true;
    // Later on, events tell which jobs were there already.
    if (!this.#watch.hasEvents) await this.#watch.ask(batch.map(({ job }) => job.opts.jobId)).catch(() => {});
  }

  /** Removes a job that waits, or tells its worker to stop. One that has a result keeps it. */
  async #stop(id: string): Promise<void> {
    try {
      for (const wait of STOP_WAITS) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        const job = await this.#queue.getJob(id);
        // Somebody may have asked for it again.
        if (!job || job.finishedOn || this.#watch.has(id)) return;
        if (job.processedOn) await this.#options.redis.publish(cancelChannel(this.#queue), id);
        // It fails if a worker has taken the job meanwhile.
        else if (
          await job.remove().then(
            () => true,
            () => false,
          )
        )
          return;
      }
    } catch {
      // Redis cannot be reached. The worker goes on, and its result is kept.
    }
  }

  /** Passes the cooldowns of the limiter on to the queue, while jobs are open. */
  #look(): void {
    const { limiter } = this.#options;
    if (!limiter || this.#looking) return;
    const look = () => {
      if (this.#watch.size === 0) {
        clearInterval(this.#looking);
        this.#looking = undefined;
        return;
      }
      const until = limiter.coolingUntil ?? 0;
      const now = performance.now();
      // A cooldown that this queue has been told of grows by rounding at most.
      if (until <= this.#heldUntil + 1 || until <= now) return;
      this.#heldUntil = until;
      holdBack(this.#queue, until - now).catch(reportUncaught);
    };
    this.#looking = setInterval(look, LOOK);
    queueMicrotask(look);
  }
}

/** Returns what a context is told of the progress of a job: { fraction, data }, a percentage, or any other data. */
function updateOf(progress: unknown): { fraction?: number; data?: unknown } {
  if (typeof progress === "number") return { fraction: progress / 100 };
  if (!isObject(progress)) return { data: progress };
  const { fraction, data, ...others } = progress as { fraction?: unknown; data?: unknown };
  if (Object.keys(others).length > 0 || (fraction !== undefined && typeof fraction !== "number")) {
    return { data: progress };
  }
  return progress as { fraction?: number; data?: unknown };
}
