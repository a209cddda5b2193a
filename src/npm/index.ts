/**
 * sluicegate: many slow, costly calls, bounded, staggered, retried and cancellable.
 *
 * `process*` resolves to values or rejects. `settle*` resolves to a report and does not reject for a failed task.
 * `start*` returns a handle. Times are milliseconds, indexes are 0-based. The first call loads the engine.
 * @module
 */

import { callPhase as call } from "../runtime/calls/call.ts";
import { runJob as job } from "../runtime/calls/job.ts";
import { retry as retryCall } from "../runtime/modes/one.ts";
import { processPhase as processPhaseRun } from "../runtime/modes/phase.ts";
import { pollUntil as poll } from "../runtime/modes/poll.ts";
import { processItems, settleItems } from "../runtime/modes/pool.ts";
import type { URL } from "../runtime/platform.ts";
import { CONNECTIONS_OF_HOST } from "../runtime/table.ts";
import { setWarnings as setWarningsTo } from "../runtime/warnings.ts";
import type { CallOptions, JobOptions, PolicyFor, PollOptions } from "./calls.ts";
import { loadFrom } from "./loading.ts";
import type { NextChunk, PhaseOptions, PhaseRequest } from "./modes.ts";
import type { AnyIterable, PoolOptions, RunOptions, RunReport, Task, TaskContext, WasmSource } from "./types.ts";

export type * from "./calls.ts";
export { ContinuationError, HttpError, RetryError } from "./errors.ts";
export type * from "./inspecting.ts";
export { Limiter } from "./limiter.ts";
export type * from "./modes.ts";
export { startPipeline } from "./pipeline.ts";
export { startBatches, startInOrder, startPhase, startRun } from "./runs.ts";
export type * from "./types.ts";

/** Number of connections that a browser opens to one HTTP/1.1 host, for all tabs together. */
export const HOST_CONNECTIONS = CONNECTIONS_OF_HOST;

/**
 * Calls `task` for each item, with at most `concurrency` tasks unsettled at any time. Resolves to the results in input
 * order. Rejects with the first failure and starts nothing after it. With `onFailure: "continue"` it goes through all
 * items and rejects with an AggregateError of the failures. Promises among the items are not awaited.
 *
 * @param concurrency An integer from 1, or Infinity.
 * @throws TypeError (as a rejection) for bad arguments. The message names the option and the value.
 * @throws `signal.reason`, unchanged, when `options.signal` aborts.
 * @example
 * const pictures = await processWithConcurrency(scenes, 2, (scene, _index, { signal }) => draw(scene, { signal }));
 */
export async function processWithConcurrency<T, R>(
  items: AnyIterable<T>,
  concurrency: number,
  task: Task<T, R>,
  options?: PoolOptions<T, Awaited<R>>,
): Promise<Awaited<R>[]> {
  return processItems(items, concurrency, task, options) as Promise<Awaited<R>[]>;
}

/**
 * Calls `task` for each item, as `processWithConcurrency` does, and resolves to a report with one outcome per item, in
 * input order. Does not reject for failed tasks. A cancel by `options.signal` resolves, too, with the outcomes so far.
 *
 * @throws TypeError (as a rejection) for bad arguments.
 * @example
 * const { outcomes, values, error } = await settleWithConcurrency(scenes, 3, speak, { signal });
 */
export async function settleWithConcurrency<T, R>(
  items: AnyIterable<T>,
  concurrency: number,
  task: Task<T, R>,
  options?: PoolOptions<T, Awaited<R>>,
): Promise<RunReport<Awaited<R>, T>> {
  return settleItems(items, concurrency, task, options) as Promise<RunReport<Awaited<R>, T>>;
}

/**
 * Requests one chunk after another, never two at once, until a reply says `hasMore: false`. Resolves to the chunks. The
 * `startIndex` of a request is the `nextStartIndex` of the reply before it.
 *
 * @throws ContinuationError for `hasMore: true` with a missing or non-advancing `nextStartIndex`, for a `hasMore` that
 *   is not a boolean, and for more than `maxChunks` chunks. So a phase never loops.
 * @throws the error of `call`, or `signal.reason`, unchanged, if `options.signal` aborts.
 * @example
 * await processPhase(({ startIndex, signal }) =>
 *   callPhase<Chunk>("/api/generate", { phase: "audio", startIndex }, { signal }),
 * );
 */
export function processPhase<Chunk, Cursor = number>(
  call: (request: PhaseRequest<Cursor>) => Chunk | PromiseLike<Chunk>,
  options: PhaseOptions<Chunk, Cursor> & { next: NextChunk<Chunk, Cursor> },
): Promise<Chunk[]>;
export function processPhase<Chunk extends { hasMore: boolean; nextStartIndex?: number | null }>(
  call: (request: PhaseRequest) => Chunk | PromiseLike<Chunk>,
  options?: PhaseOptions<Chunk>,
): Promise<Chunk[]>;
export async function processPhase(call: unknown, options?: unknown): Promise<unknown[]> {
  return processPhaseRun(call, options) as Promise<unknown[]>;
}

/**
 * One JSON call of a backend: POST, parse, retry (3 attempts). Refusals, such as a 429, are repeated. Ambiguous
 * failures, such as a 500, a timeout or a network failure, are repeated only where the call carries an idempotency key,
 * `resend` is "always", or the method is GET, HEAD or OPTIONS. docs/guide/errors.md lists all statuses. With `onEvent`
 * the reply is read event by event, and the data of the last event is the value.
 *
 * @throws TypeError where there are no options and `body` has only names of options: they are the third argument.
 *   Where it is the body, pass `{}` after it.
 * @throws HttpError for a status outside 200..299, with the parsed body; for a success whose body is not JSON, or is
 *   missing and the status not 204 or 205.
 * @throws RetryError when more than one attempt was made and all failed; a single attempt's error is thrown as it is.
 * @example
 * const options = { signal, idempotencyKey: job.id };
 * const script = await callPhase<Script>("/api/generate", { phase: "script", text }, options);
 */
export async function callPhase<Reply>(
  url: string | URL,
  body?: unknown,
  options?: CallOptions<Reply>,
): Promise<Reply> {
  return call(url, body, options) as Promise<Reply>;
}

/**
 * Calls `call`, and retries it by the rules of `callPhase`. A call that reads `context.idempotencyKey` is keyed.
 *
 * @throws RetryError if more than one attempt was made and all failed. The error of a single attempt is thrown as is.
 * @example
 * const video = await retry(({ signal, idempotencyKey }) => render(shot, { signal, idempotencyKey }), { attempts: 5 });
 */
export async function retry<R>(
  call: (context: TaskContext) => R,
  policy?: PolicyFor<Awaited<R>>,
  options?: Pick<RunOptions, "signal" | "timeout" | "idleTimeout" | "totalTimeout" | "limiter" | "waitOnline">,
): Promise<Awaited<R>> {
  return retryCall(call, policy, options) as Promise<Awaited<R>>;
}

/**
 * Calls `ask` until a reply is `done`, one request at a time, and resolves to that reply. An abort ends its waits at
 * once. For a backend that is polled by submitting again, let `ask` submit: its `idempotencyKey` stays the same.
 *
 * @throws DOMException "TimeoutError" after `timeout`, or `idleTimeout` without a change.
 * @throws the last error, or a RetryError of several, after `maxConsecutiveErrors` failures in a row. An error that a
 *   further request cannot change is thrown at once, and so are errors of `done` and `interval`.
 * @throws `signal.reason`, unchanged, if `options.signal` aborts.
 * @example
 * const ask = ({ signal }: TaskContext) => callPhase<Video>(`/api/videos/${id}`, undefined, { method: "GET", signal });
 * const video = await pollUntil(ask, {
 *   done: (video) => video.status !== "processing",
 *   interval: 2_000,
 *   timeout: 600_000,
 * });
 */
export function pollUntil<R, D extends Awaited<R>>(
  ask: (context: TaskContext) => R,
  options: PollOptions<R> & { done: (reply: Awaited<R>) => reply is D },
): Promise<D>;
export function pollUntil<R>(ask: (context: TaskContext) => R, options: PollOptions<R>): Promise<Awaited<R>>;
export async function pollUntil(ask: unknown, options: unknown): Promise<unknown> {
  return poll(ask, options);
}

/**
 * Submits a job once, then polls it, inside a task. All attempts of the task poll the same job.
 *
 * @throws the errors of `submit`, `failed` and `pollUntil`.
 * @example
 * const run = startRun(scenes, (scene, _, context) => runJob({
 *   context,
 *   submit: ({ signal, idempotencyKey }) => callPhase<Job>("/api/videos", scene, { signal, idempotencyKey }),
 *   poll: ({ id }, { signal }) => callPhase<Video>(`/api/videos/${id}`, undefined, { method: "GET", signal }),
 *   done: ({ status }) => status === "complete",
 *   failed: ({ status, error }) => (status === "failed" ? new Error(error) : undefined),
 *   value: ({ url }) => url,
 * }), { concurrency: 3, retry: { attempts: 3 } });
 */
export async function runJob<Job, Reply, V = Reply>(options: JobOptions<Job, Reply, V>): Promise<V> {
  return job(options) as Promise<V>;
}

/**
 * Loads the engine before the first call does, off the main thread. Optional. `wasm` takes it from elsewhere, such as
 * a copy of `sluicegate/sluicegate.wasm`, for runtimes that cannot compile WebAssembly from bytes.
 *
 * @throws Error (as a rejection) that says why the engine cannot be loaded. The next call tries again.
 * @example
 * await init();
 */
export async function init(options?: { wasm?: WasmSource | undefined }): Promise<void> {
  await loadFrom(options);
}

/**
 * Says where the warnings for developers go: of a `retry` that did not repeat a failure, of a run that paused itself.
 * Each is said once, and none where `process.env.NODE_ENV` is "production". Node.js and bundles for development warn,
 * also where it is not set. A page that loads the package without a bundler has no `process`, and is silent.
 *
 * @param to `false` silences them, `true` is console.warn. @default true
 * @throws TypeError for anything else that is no function.
 * @example
 * setWarnings(false);
 */
export function setWarnings(to: boolean | ((message: string) => void)): void {
  setWarningsTo(to);
}
