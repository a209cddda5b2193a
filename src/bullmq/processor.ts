// The worker's side of a queue: does the work of jobs, and tells their owners of progress and failures.

import { refuseUnknown } from "../runtime/known-options.ts";
import type { AbortSignal } from "../runtime/platform.ts";
import { A_FUNCTION, badOption, isObject, property, reportUncaught } from "../runtime/values.ts";
import { cancelChannel, holdBack, type JobQueue, type QueueJob } from "./bullmq.ts";
import { isThrottled, packedFailure } from "./failures.ts";
import { keyOfJob } from "./job-id.ts";
import { type RedisClient, Subscriber } from "./redis.ts";

/** The context of the work of a job. */
export interface WorkContext {
  /** Aborts when the run has given the job up, or when BullMQ cancels it. Pass it to `fetch`. */
  readonly signal: AbortSignal;
  /** The idempotency key of the item. Send it: a job whose worker was killed is done again by another one. */
  readonly idempotencyKey: string;
  /** How often a worker has begun this job; the first is 1. */
  readonly attempt: number;
  /** The job of BullMQ. */
  readonly job: QueueJob;
  /**
   * Reports progress (`fraction`, 0 to 1) or partial data, as `report` of a task does. At most ten times a second it is
   * sent to the owner of the run; the last report of a job is always sent.
   */
  report(update: { fraction?: number; data?: unknown }): void;
}

/** Options of `queueProcessor`. Times are milliseconds. */
export interface ProcessorOptions {
  /** A client of ioredis, by which cancellations arrive. */
  readonly redis: RedisClient;
  /** How long a refusal (429, 503, 529) without a wait hint of the server holds back the queue. @default 1_000 */
  readonly cooldown?: number | undefined;
  /** Longest wait hint of a server that is obeyed, in milliseconds. @default 60_000 */
  readonly maxRetryAfter?: number | undefined;
}

/** What a `Worker` of BullMQ is given as its processor. */
export interface Processor<R> {
  (job: QueueJob, token?: string, signal?: AbortSignal): Promise<R>;
  /** Closes the connection by which cancellations arrive. Call it after `worker.close()`. */
  close(): void;
}

const OPTIONS = ["redis", "cooldown", "maxRetryAfter"];
/** Milliseconds between two reports of a job. */
const REPORT = 100;

export function processorOf<T, R>(
  queue: JobQueue,
  work: (data: T, context: WorkContext) => R,
  options: ProcessorOptions,
): Processor<Awaited<R>> {
  if (!isObject(queue) || typeof queue.rateLimit !== "function") throw badOption("queue", "a Queue of BullMQ", queue);
  if (typeof work !== "function") throw badOption("work", A_FUNCTION, work);
  if (!isObject(options)) throw badOption("options", "{ redis }", options);
  refuseUnknown(options, OPTIONS);
  const { redis, cooldown = 1_000, maxRetryAfter = 60_000 } = options;
  if (typeof redis?.duplicate !== "function") throw badOption("redis", "a client of ioredis", redis);
  if (!(cooldown >= 0)) throw badOption("cooldown", "a number of milliseconds from 0", cooldown);
  if (!(maxRetryAfter >= 0)) throw badOption("maxRetryAfter", "a number of milliseconds from 0", maxRetryAfter);

  const active = new Map<string, JobContext>();
  const subscriber = new Subscriber(redis);
  const listening = subscriber.listen(cancelChannel(queue), (id) =>
    active.get(id)?.abort(new DOMException("The run has given the job up", "AbortError")),
  );
  // Without it jobs are done, but cannot be stopped.
  listening.catch(reportUncaught);

  /** Holds back all workers of the queue if a server has refused a call. */
  const holdBackFor = async (job: QueueJob, reason: unknown): Promise<void> => {
    const hint = property(reason, "retryAfter");
    const wait = Math.min(typeof hint === "number" && hint >= 0 ? hint : cooldown, maxRetryAfter);
    const worker = property(job, "queue");
    await holdBack(queue, wait, property(property(worker, "opts"), "limiter") !== undefined);
  };

  // BullMQ makes a signal for processors with three parameters.
  const process = async (job: QueueJob, _token?: string, outer?: AbortSignal): Promise<Awaited<R>> => {
    const id = String(job.id);
    const context = new JobContext(job, outer);
    active.set(id, context);
    try {
      return await work(job.data as T, context);
    } catch (reason) {
      if (isThrottled(reason)) await holdBackFor(job, reason).catch(reportUncaught);
      // BullMQ knows its own errors ("wait until the rate limit ends") by their names or messages.
      throw isOfBullmq(reason) ? reason : packedFailure(reason);
    } finally {
      const ended = context.end();
      if (ended) await ended;
      if (active.get(id) === context) active.delete(id);
    }
  };
  return Object.assign(process, { close: () => subscriber.close() });
}

const OWN_ERRORS: readonly unknown[] = [
  ...["DelayedError", "RateLimitError", "WaitingError", "WaitingChildrenError"],
  "UnrecoverableError",
];
const isOfBullmq = (reason: unknown): boolean =>
  OWN_ERRORS.includes(property(reason, "name")) || property(reason, "message") === "bullmq:rateLimitExceeded";

/** The context of a job. Parts that cost something are made on demand. */
class JobContext implements WorkContext {
  readonly job: QueueJob;
  #controller: AbortController | undefined;
  #isAborted = false;
  #reason: unknown;
  #reports: Reports | undefined;
  /** The signal that BullMQ passes to the processor. */
  readonly #outer: AbortSignal | undefined;
  readonly #abortByOuter = () => this.abort(this.#outer?.reason);

  constructor(job: QueueJob, outer: AbortSignal | undefined) {
    this.job = job;
    this.#outer = outer;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#outer?.aborted) this.#abortByOuter();
      this.#outer?.addEventListener("abort", this.#abortByOuter, { once: true });
      if (this.#isAborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal as AbortSignal;
  }

  get idempotencyKey(): string {
    return keyOfJob(String(this.job.id));
  }

  get attempt(): number {
    return Math.max(1, this.job.attemptsStarted);
  }

  // A getter and not a method: work destructures the context.
  get report(): WorkContext["report"] {
    this.#reports ??= new Reports(this.job);
    const reports = this.#reports;
    return (update) => reports.add(update);
  }

  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /** Sends the last report, before the result. */
  end(): Promise<void> | undefined {
    if (this.#controller) this.#outer?.removeEventListener("abort", this.#abortByOuter);
    return this.#reports?.end();
  }
}

/** Sends the reports of a job, at most one at a time and one in REPORT milliseconds. */
class Reports {
  readonly #job: QueueJob;
  #next: object | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending = Promise.resolve();
  #sentAt = -Infinity;
  #isOver = false;

  constructor(job: QueueJob) {
    this.#job = job;
  }

  add(update: object): void {
    if (this.#isOver) return;
    this.#next = { ...this.#next, ...update };
    this.#timer ??= setTimeout(() => this.#send(), Math.max(0, this.#sentAt + REPORT - performance.now()));
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const update = this.#next;
    if (!update) return;
    this.#next = undefined;
    this.#sentAt = performance.now();
    // A report that gets lost does not fail the job.
    this.#sending = this.#sending.then(() => this.#job.updateProgress(update)).catch(reportUncaught);
  }

  /** Sends the last report, before the result. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#send();
    await this.#sending;
  }
}
