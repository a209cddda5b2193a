/**
 * sluicegate: many slow, costly calls, bounded, staggered, retried and cancellable.
 *
 * One rule for the verbs: `process*` resolves to values or rejects; `settle*` resolves to a report and never rejects
 * for a
 * task. Times are milliseconds, indexes 0-based. Every function may be called at once: the engine loads itself.
 * @module
 */

import { callPhase as call } from "../runtime/calls/call.ts";
import { runJob as job } from "../runtime/calls/job.ts";
import { retry as retryCall } from "../runtime/modes/one.ts";
import { processPhase as processPhaseRun } from "../runtime/modes/phase.ts";
import { pollUntil as poll } from "../runtime/modes/poll.ts";
import { processItems, settleItems } from "../runtime/modes/pool.ts";
import { CONNECTIONS_OF_HOST } from "../runtime/table.ts";
import { setWarnings as setWarningsTo } from "../runtime/warnings.ts";
import type { CallOptions, JobOptions, PolicyFor, PollOptions } from "./calls.ts";
import { loadFrom } from "./loading.ts";
import type { NextChunk, PhaseOptions, PhaseRequest } from "./modes.ts";
import type { AnyIterable, RunOptions, RunReport, Task, TaskContext, WasmSource } from "./types.ts";

export type * from "./calls.ts";
export { ContinuationError, HttpError, RetryError } from "./errors.ts";
export { Limiter } from "./limiter.ts";
export type * from "./modes.ts";
export { startBatches, startInOrder, startPhase, startPipeline, startRun } from "./runs.ts";
export type * from "./types.ts";

/** Connections a browser gives one HTTP/1.1 host, all tabs together. */
export const HOST_CONNECTIONS = CONNECTIONS_OF_HOST;

/**
 * Runs `task` over `items` with at most `concurrency` unsettled at any time; resolves to the results in input order.
 * Rejects
 * with the first failure and starts nothing after it; no sibling is left with an unhandled rejection. With
 * `onFailure: "continue"` it goes through all items and rejects with an AggregateError of the failures. Promises among
 * the
 * items are not awaited.
 *
 * @throws TypeError (as a rejection) for a `concurrency` that is not an integer >= 1 or Infinity, a task that is no
 * function,
 *   items that are not iterable, an option that cannot be used. The message names the option and the value.
 * @throws `signal.reason`, unchanged, when `options.signal` aborts.
 * @example
 * const pictures = await processWithConcurrency(scenes, 2, (scene, index, { signal }) => draw(scene, { signal }));
 */
export async function processWithConcurrency<T, R>(
  items: AnyIterable<T>,
  concurrency: number,
  task: Task<T, R>,
  options?: RunOptions<T, Awaited<R>>,
): Promise<Awaited<R>[]> {
  return processItems(items, concurrency, task, options) as Promise<Awaited<R>[]>;
}

/**
 * The same run, reported: one outcome for every item, in input order, holes kept. Never rejects for a task; a cancel by
 * `options.signal` resolves too, with what was done until then.
 *
 * @throws TypeError (as a rejection) as processWithConcurrency.
 * @example
 * const { outcomes, values, error } = await settleWithConcurrency(scenes, 3, speak, { signal });
 */
export async function settleWithConcurrency<T, R>(
  items: AnyIterable<T>,
  concurrency: number,
  task: Task<T, R>,
  options?: RunOptions<T, Awaited<R>>,
): Promise<RunReport<Awaited<R>>> {
  return settleItems(items, concurrency, task, options) as Promise<RunReport<Awaited<R>>>;
}

/**
 * Calls `call` chunk after chunk, never two at once, until the server says that there is no more; resolves to the
 * chunks.
 * `startIndex` is what the last reply gave as `nextStartIndex`.
 *
 * @throws ContinuationError for `hasMore: true` with a missing or non-advancing `nextStartIndex`, a `hasMore` that is
 * no
 *   boolean, and more than `maxChunks` chunks: never a loop.
 * @throws what `call` throws, and `signal.reason`, unchanged, when `options.signal` aborts.
 * @example
 * await processPhase(({ startIndex, signal }) => callPhase("/api/generate", { phase: "audio", startIndex }, { signal
 * }));
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
 * One JSON call of a backend: POST, parse, retry (3 attempts). 425, 429 and 503 are refusals and always repeatable (429
 * unless its body says that it is permanent). 408, 500, 502, 504, timeouts and network failures are ambiguous: repeated
 * only
 * where the call carries an idempotency key, `resend` is "always", or the method is GET, HEAD or OPTIONS.
 *
 * @throws TypeError where there are no options and `body` has only names of options: they are the third argument.
 *   Where it is the body, pass `{}` after it.
 * @throws HttpError for a status outside 200..299, with the parsed body; for a success whose body is not JSON, or is
 * missing
 *   and the status not 204 or 205.
 * @throws RetryError when more than one attempt was made and all failed; a single attempt's error is thrown as it is.
 * @example
 * const script = await callPhase<Script>("/api/generate", { phase: "script", text }, { signal, idempotencyKey: job.id
 * });
 */
export async function callPhase<Reply>(
  url: string | URL,
  body?: unknown,
  options?: CallOptions<Reply>,
): Promise<Reply> {
  return call(url, body, options) as Promise<Reply>;
}

/**
 * Repeats `call` while its failures allow it, as callPhase does. A call that reads `context.idempotencyKey` counts as
 * keyed.
 *
 * @throws RetryError when more than one attempt was made and all failed; a single attempt's error is thrown as it is.
 * @example
 * const video = await retry(({ signal, idempotencyKey }) => render(shot, { signal, idempotencyKey }), { attempts: 5 });
 */
export async function retry<R>(
  call: (context: TaskContext) => R,
  policy?: PolicyFor<Awaited<R>>,
  options?: Pick<RunOptions, "signal" | "timeout" | "idleTimeout" | "totalTimeout" | "limiter">,
): Promise<Awaited<R>> {
  return retryCall(call, policy, options) as Promise<Awaited<R>>;
}

/**
 * Asks until a reply is `done`, one ask at a time; resolves to that reply. Settles once, and ends its waits at once
 * when it is
 * aborted. Where submitting again is how the backend is polled, let `ask` submit: its `idempotencyKey` is the same each
 * time.
 *
 * @throws DOMException "TimeoutError" after `timeout`, or `idleTimeout` without a change.
 * @throws the error of the last ask, or a RetryError of those in a row, after `maxConsecutiveErrors`; what no other ask
 * can
 *   mend, at once. What `done` and `interval` throw. `signal.reason`, unchanged.
 * @example
 * const video = await pollUntil(({ signal }) => callPhase<Video>(`/api/videos/${id}`, undefined, { method: "GET",
 * signal }), {
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
 * Submits once, then polls: the usual shape of picture and video backends. All attempts of the task around it poll the
 * job that
 * was ordered.
 *
 * @throws what `submit`, `failed` and pollUntil throw.
 * @example
 * const run = startRun(shots, (shot, _, context) => runJob({
 *   context,
 *   submit: ({ signal, idempotencyKey }) => callPhase<Job>("/api/videos", shot, { signal, idempotencyKey }),
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
 * Optional: loads the engine early, or from your own copy of the wasm (`sluicegate/sluicegate.wasm`), for a strict CSP,
 * a
 * worker or a CDN.
 *
 * @example
 * await init();
 */
export async function init(options?: { wasm?: WasmSource | undefined }): Promise<void> {
  await loadFrom(options);
}

/**
 * Says where the warnings for developers go: of a `retry` that did not repeat a failure, of a run that paused itself.
 * Each is said once, and none where `process.env.NODE_ENV` is "production" or nothing says what it is.
 *
 * @param to `false` silences them. @default console.warn
 * @throws TypeError for what is neither a function nor `false`.
 * @example
 * setWarnings(false);
 */
export function setWarnings(to: false | ((message: string) => void)): void {
  setWarningsTo(to);
}
