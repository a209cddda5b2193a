// Watches the jobs that runs wait for: by the events of the queue, and by asking for a job that was silent for long.

import { reportUncaught } from "../runtime/values.ts";
import type { JobEvents, JobQueue, QueueJob } from "./bullmq.ts";
import { JobRemovedError, unpackedFailure } from "./failures.ts";

/** Waits for one job. */
export interface Waiter {
  /** Whether the job was added to the queue. A removal that is reported before that is of an earlier job. */
  isAdded: boolean;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  progress(data: unknown): void;
}

interface Watched {
  readonly waiters: Set<Waiter>;
  /** Time of the next question. */
  due: number;
  /** Milliseconds between the next question and the one after it. */
  wait: number;
}

/** Events get lost when a connection breaks, or a stream is trimmed: after this silence a job is asked about. */
const SILENCE = 5_000;
const LONGEST_SILENCE = 60_000;
/** The silence before the first event, after which a job is asked about. */
const FIRST_SILENCE = 250;
const LOOK = 500;
/** Number of jobs that are asked about at a time. */
const BATCH = 100;

/** The watch of each queue of this process, by its events. Tasks share it, however many there are. */
const watches = new WeakMap<JobEvents, JobWatch>();

/** Returns the watch of a queue. */
export function watchOf(queue: JobQueue, events: JobEvents): JobWatch {
  const watch = watches.get(events) ?? new JobWatch(queue, events);
  watches.set(events, watch);
  return watch;
}

export class JobWatch {
  readonly #queue: JobQueue;
  readonly #jobs = new Map<string, Watched>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ready: Promise<unknown> | undefined;
  readonly #events: JobEvents;
  /** Until the first event, each request of BullMQ reads from the end of the stream: what came before is missed. */
  hasEvents = false;

  constructor(queue: JobQueue, events: JobEvents) {
    this.#queue = queue;
    this.#events = events;
    events.on("completed", ({ jobId, returnvalue }) => this.#settle(jobId, (waiter) => waiter.resolve(returnvalue)));
    events.on("failed", ({ jobId, failedReason }) => this.#fail(jobId, failedReason));
    events.on("progress", ({ jobId, data }) => {
      for (const waiter of this.#watchedOf(jobId)?.waiters ?? []) waiter.progress(data);
    });
    events.on("removed", ({ jobId }) => this.#removed(jobId));
    events.on("active", ({ jobId }) => this.#watchedOf(jobId));
    events.on("added", ({ jobId }) => this.#watchedOf(jobId));
    events.on("duplicated", ({ jobId }) => {
      if (this.#watchedOf(jobId)) void this.ask([jobId]).catch(reportUncaught);
    });
  }

  /** Resolves when the events of the queue are read. */
  ready(): Promise<unknown> {
    this.#ready ??= this.#events.waitUntilReady().catch((error) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  /** Number of jobs that are waited for. */
  get size(): number {
    return this.#jobs.size;
  }

  add(id: string, waiter: Waiter): void {
    const watched = this.#jobs.get(id) ?? { waiters: new Set(), due: 0, wait: SILENCE };
    this.#jobs.set(id, watched);
    watched.waiters.add(waiter);
    watched.due = Date.now() + (this.hasEvents ? SILENCE : FIRST_SILENCE);
    this.#timer ??= setTimeout(() => void this.#look(), LOOK);
  }

  /** Returns whether anybody waits for a job. */
  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  /** Returns whether somebody still waits for a job. */
  isWaiting(id: string, waiter: Waiter): boolean {
    return this.#jobs.get(id)?.waiters.has(waiter) ?? false;
  }

  remove(id: string, waiter: Waiter): void {
    const watched = this.#jobs.get(id);
    watched?.waiters.delete(waiter);
    if (watched?.waiters.size === 0) this.#jobs.delete(id);
  }

  #watchedOf(id: string): Watched | undefined {
    this.hasEvents = true;
    const watched = this.#jobs.get(id);
    if (watched) Object.assign(watched, { due: Date.now() + SILENCE, wait: SILENCE });
    return watched;
  }

  #settle(id: string, by: (waiter: Waiter) => void): void {
    this.hasEvents = true;
    const watched = this.#jobs.get(id);
    if (!watched) return;
    this.#jobs.delete(id);
    for (const waiter of watched.waiters) by(waiter);
  }

  #fail(id: string, stored: string): void {
    this.#settle(id, (waiter) => waiter.reject(unpackedFailure(stored)));
  }

  #removed(id: string): void {
    for (const waiter of [...(this.#jobs.get(id)?.waiters ?? [])]) {
      if (!waiter.isAdded) continue;
      this.remove(id, waiter);
      waiter.reject(new JobRemovedError(id));
    }
  }

  /** Asks how jobs stand, and settles those that are waited for and have ended. One that had failed is made again. */
  async ask(ids: readonly string[]): Promise<void> {
    const open = ids.filter((id) => this.#jobs.has(id));
    const jobs = await Promise.all(open.map((id) => this.#queue.getJob(id)));
    await Promise.all(open.map((id, at) => this.#answered(id, jobs[at], true)));
  }

  async #answered(id: string, job: QueueJob | undefined, isNew: boolean): Promise<void> {
    if (!job) this.#removed(id);
    else if (!job.finishedOn) return;
    else if (typeof job.failedReason !== "string") this.#settle(id, (waiter) => waiter.resolve(job.returnvalue));
    else if (isNew && this.#jobs.has(id)) await again(job);
    else this.#fail(id, job.failedReason);
  }

  /** Asks about the jobs that were silent for long. */
  async #look(): Promise<void> {
    const now = Date.now();
    const silent: string[] = [];
    for (const [id, watched] of this.#jobs) {
      if (watched.due > now) continue;
      silent.push(id);
      watched.wait = Math.min(watched.wait * 2, LONGEST_SILENCE);
      watched.due = now + watched.wait;
    }
    try {
      for (let from = 0; from < silent.length; from += BATCH) {
        const batch = silent.slice(from, from + BATCH);
        const jobs = await Promise.all(batch.map((id) => this.#queue.getJob(id)));
        await Promise.all(batch.map((id, at) => this.#answered(id, jobs[at], false)));
      }
    } catch {
      // Redis cannot be reached: the next look asks again.
    }
    this.#timer = this.#jobs.size > 0 ? setTimeout(() => void this.#look(), LOOK) : undefined;
  }
}

/** Makes a failed job again. Another owner may be quicker. Then the job is on its way, too. */
async function again(job: QueueJob): Promise<void> {
  await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true }).catch(() => {});
}
