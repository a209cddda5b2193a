// The methods of BullMQ that this entry calls. The user passes the objects, so any version with these methods works.

/** A job of BullMQ, as far as it is used. */
export interface QueueJob {
  readonly id?: string | undefined;
  readonly name: string;
  readonly data: unknown;
  readonly progress: unknown;
  readonly returnvalue: unknown;
  readonly failedReason?: string | null | undefined;
  readonly finishedOn?: number | null | undefined;
  readonly processedOn?: number | null | undefined;
  readonly attemptsStarted: number;
  updateProgress(progress: object): Promise<void>;
  retry(state?: "failed", options?: { resetAttemptsMade?: boolean; resetAttemptsStarted?: boolean }): Promise<void>;
  remove(): Promise<void>;
}

/** A job that is to be added. */
export interface NewJob {
  readonly name: string;
  /** JSON. Of no type, so that a queue of any type takes it. */
  readonly data: never;
  readonly opts: QueueJobOptions & { readonly jobId: string };
}

/** Options of a job: those of BullMQ but for `jobId`, for instance `priority`, `delay` and `attempts`. */
export interface QueueJobOptions {
  readonly [name: string]: unknown;
}

/** A `Queue` of BullMQ, as far as it is used. */
export interface JobQueue {
  readonly name: string;
  addBulk(jobs: NewJob[]): Promise<unknown>;
  getJob(id: string): Promise<QueueJob | undefined>;
  rateLimit(ms: number): Promise<unknown>;
  getGlobalRateLimit(): Promise<{ max: number; duration: number } | null>;
  setGlobalRateLimit(max: number, duration: number): Promise<unknown>;
}

/** The `QueueEvents` of a queue, as far as they are used. */
export interface JobEvents {
  on(event: "completed", listener: (job: { jobId: string; returnvalue: unknown }) => void): unknown;
  on(event: "failed", listener: (job: { jobId: string; failedReason: string }) => void): unknown;
  on(event: "progress", listener: (job: { jobId: string; data: unknown }) => void): unknown;
  on(event: "duplicated" | "removed" | "added" | "active", listener: (job: { jobId: string }) => void): unknown;
  waitUntilReady(): Promise<unknown>;
}

/** As BullMQ counts, a limit that no queue reaches. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * Holds back all workers of a queue. They look at its rate limit only if the queue or the worker has one of its own, so
 * a queue without gets one that no queue reaches.
 */
export async function holdBack(queue: JobQueue, ms: number, hasLimit = false): Promise<void> {
  if (!hasLimit && !(await queue.getGlobalRateLimit())) await queue.setGlobalRateLimit(NO_LIMIT, 1);
  await queue.rateLimit(Math.ceil(ms));
}

/** The channel on which owners tell workers to stop a job. */
export const cancelChannel = (queue: JobQueue): string => `sluicegate:cancel:${queue.name}`;
