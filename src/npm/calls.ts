// The public types of calls: retries, one request, polls.

import type { AbortSignal, Fetch, HeadersInit, RequestInit, Response } from "../runtime/platform.ts";
import type { Limiter } from "./modes.ts";
import type { TaskContext } from "./types.ts";

/**
 * Says which failed attempts are repeated, how often, and after what wait. `V` is the value of an attempt and `T` the
 * item. They matter only with `reconcile` and `classify`, so a plain `RetryPolicy` fits every call. Times are
 * milliseconds.
 *
 * @example
 * const policy: RetryPolicy = { attempts: 5, minDelay: 1_000, maxDelay: 16_000 };
 */
export interface RetryPolicy<V = never, T = unknown> {
  /** Number of attempts in total, an integer from 1; 1 means no retry. @default 3 */
  attempts?: number | undefined;
  /** Wait before the second attempt, in milliseconds. @default 1_000 */
  minDelay?: number | undefined;
  /** Longest wait of the formula, in milliseconds. @default 30_000 */
  maxDelay?: number | undefined;
  /** Ratio of a wait to the one before it, from 1. @default 2 */
  factor?: number | undefined;
  /** Largest random addition to a wait, as a share of it from 0 to 1. @default 0.2 */
  jitter?: number | undefined;
  /** Returns a number from 0 to 1, for the jitter. @default Math.random */
  random?: (() => number) | undefined;
  /** Returns the wait after a failed attempt, in milliseconds; replaces the formula. */
  delay?: ((attempt: number, error: unknown) => number) | undefined;
  /**
   * Longest wait hint of a server (`retryAfter` of an error) that is obeyed, in milliseconds. A hint wins over the
   * formula and over `delay`. A longer one ends the retries.
   * @default 60_000
   */
  maxRetryAfter?: number | undefined;
  /**
   * Decides what follows a failure. It is called after every failed attempt, also the last.
   * - "retry" repeats the attempt, up to `attempts`.
   * - "fail" fails the item.
   * - "pause" fails the item and pauses the run, until somebody calls `resume`.
   * - "reconcile" calls `reconcile` first.
   *
   * @default by the status of the error. 425, 429, 503 and 529 are refusals and are retried, unless the body of a 429
   * says that it is permanent. 408, every other 5xx but 501, 505, 508 and 511, timeouts and network failures are
   * ambiguous: they are retried only if the call is keyed. Everything else fails: other 4xx, a RetryError, an
   * AbortError, a programming error, and unknown errors.
   */
  classify?: ((error: unknown, context: FailureContext<T>) => "retry" | "fail" | "pause" | "reconcile") | undefined;
  /**
   * Asks the server whether it finished the work of an attempt that failed ambiguously. It is called after every such
   * failure, also the last, before the item is retried or fails. Like an attempt it holds a place and is subject to
   * `timeout`.
   *
   * A value that is found becomes the value of the item; in order, it is the result of the step that failed. If
   * nothing is found, the attempt is repeated, keyed or not, unless `classify` says "fail" or "pause". If the question
   * itself fails, the attempt is repeated only if it is keyed. A run that is ending asks no more.
   *
   * `lastError` of the context is the failure. `attempt` and `idempotencyKey` are those of the failed attempt.
   */
  reconcile?: ((context: TaskContext, item: T) => PromiseLike<Reconciled<V>> | Reconciled<V>) | undefined;
}

/** `V`, where nothing is inferred from: as `NoInfer` of TypeScript 5.4, for older ones too. */
export type Fixed<V> = [V][V extends unknown ? 0 : never];

/** A policy for attempts that give `V`. What they give is inferred from the attempts, and never from the policy. */
export type PolicyFor<V, T = unknown> = RetryPolicy<Fixed<V>, Fixed<T>>;

/** What is known of a failed attempt besides its error. */
export interface FailureContext<T = unknown> {
  readonly item: T;
  readonly index: number;
  readonly key: string;
  /** The step that failed; `undefined` unless the run is in order. */
  readonly step: "prepare" | "commit" | undefined;
  /** The last failure of a RetryError, or else the error itself. */
  readonly cause: unknown;
  /** Number of the failed attempt; the first is 1. */
  readonly attempt: number;
  /** Milliseconds from the start of the attempt to its failure. */
  readonly elapsed: number;
  /** Whether the server may have done the work: `false` if it refused, or if the request never left the page. */
  readonly maybeSent: boolean;
  /**
   * Verdict of the default rules, for rules that add to them. "refused": the server did nothing, a retry is safe.
   * "ambiguous": the server may have done the work, a retry is safe only if the call is keyed. "final": a retry does
   * not help.
   */
  readonly verdict: "refused" | "ambiguous" | "final";
}

/** What is known of a failed request of a poll besides its error. */
export interface PollFailureContext extends Pick<FailureContext, "maybeSent" | "verdict"> {
  /** Number of the failed request; the first is 1. */
  readonly attempt: number;
  /** Milliseconds from the start of the poll to the failure. */
  readonly elapsed: number;
}

/** The result of `reconcile`: whether the server finished the work, and its value. */
export type Reconciled<V> = { readonly found: true; readonly value: V } | { readonly found: false };

/**
 * Options of `callPhase`. Times are milliseconds.
 *
 * @example
 * const options: CallOptions = { idempotencyKey: job.id, timeout: 120_000, retry: { attempts: 5 } };
 */
export interface CallOptions<Reply = unknown> {
  /** Cancels the call. Inside a task, pass `context.signal`. */
  signal?: AbortSignal | undefined;
  /** HTTP method. @default "POST" */
  method?: string | undefined;
  /** Headers, or a function that returns them. It is called for every attempt, so that a token is never stale. */
  headers?: HeadersInit | (() => HeadersInit | PromiseLike<HeadersInit>) | undefined;
  /** For each attempt, from its start; the wait for a limiter does not count. @default none */
  timeout?: number | undefined;
  /** For all attempts and the waits between them, from the start of the first. @default none */
  totalTimeout?: number | undefined;
  /** Each attempt takes a place of this limiter. */
  limiter?: Limiter | undefined;
  /** @default 3 attempts */
  retry?: PolicyFor<Reply> | undefined;
  /** Starts no attempt while the browser is offline; see `waitOnline` of runs. @default false */
  waitOnline?: boolean | undefined;
  /** Sent as Idempotency-Key, the same on every attempt. */
  idempotencyKey?: string | undefined;
  /** "always" retries ambiguous failures also without a key. @default "keyed" */
  resend?: "keyed" | "always" | undefined;
  /** Sends the requests. @default globalThis.fetch */
  fetch?: Fetch | undefined;
  /** Throws if a reply with a good status is a failure, such as `{ success: false }`. `classify` gets its error. */
  check?: ((reply: Reply, response: Response) => void) | undefined;
  /** How the body of the reply is read. @default "json" */
  read?: "json" | "text" | "blob" | "arrayBuffer" | ((response: Response) => Reply | PromiseLike<Reply>) | undefined;
  /**
   * Called with each event of a reply that comes in parts: server-sent events, or JSON in lines (NDJSON). The call
   * resolves to the data of the last one. An event "[DONE]" ends the reply; `onEvent` is not called for it. A promise
   * is awaited before the next event, and does not count as silence (`idleTimeout`). If it throws, the attempt fails,
   * as with `check`: throw for an event that reports a failure.
   *
   * A reply that breaks off is an ambiguous failure. If the call is retried, the events start from the first, and
   * `attempt` is 2. Not together with `read`.
   */
  onEvent?: ((event: ReplyEvent, context: { readonly attempt: number }) => unknown) | undefined;
  /**
   * Per attempt: the longest time in which nothing arrives, from its start to the end of the reply. Any byte counts, so
   * a comment that keeps a stream open does too. Fails with a DOMException "TimeoutError", which is ambiguous.
   *
   * With this option or `onEvent`, what arrives also restarts the `idleTimeout` of the task whose `signal` the call was
   * given. @default none
   */
  idleTimeout?: number | undefined;
  /** credentials, mode, cache, keepalive, redirect, referrerPolicy, priority: handed to fetch. */
  init?: RequestInit | undefined;
  /**
   * Name of the header for `idempotencyKey`. A call whose `headers` contain it is keyed, too.
   * @default "Idempotency-Key"
   */
  keyHeader?: string | undefined;
}

/** An event of a reply that comes in parts. */
export interface ReplyEvent {
  /** Its type; "message" where it has none, and in JSON lines. */
  readonly event: string;
  /** Parsed where it is JSON, else the text. */
  readonly data: unknown;
  /** What the server has numbered it. */
  readonly id: string | undefined;
}

/** Options of a job. Times are milliseconds. */
export interface JobOptions<Job, Reply, V = Reply> extends Omit<PollOptions<Reply>, "done" | "context"> {
  /**
   * Submits the job. It is a step of the outer task: all attempts of the task share one submission and its idempotency
   * key.
   */
  submit: (context: TaskContext) => Job | PromiseLike<Job>;
  /** Requests the state of the job. */
  poll: (job: Job, context: TaskContext) => Reply | PromiseLike<Reply>;
  /** Returns whether a reply is the last one. */
  done: (reply: Reply) => boolean;
  /**
   * Returns an error if the job has failed, or else `undefined`. A failed job is dropped, and the next attempt submits
   * again, with a new key.
   */
  failed?: ((reply: Reply) => unknown) | undefined;
  /** Returns the value of the job. @default the last reply */
  value?: ((reply: Reply, job: Job) => V) | undefined;
  /** Called once if the job is given up, by a cancel or a timeout, so that the server can stop it. */
  cancel?: ((job: Job) => unknown) | undefined;
  /** The context of the outer task. */
  context: TaskContext;
}

/**
 * Options of `pollUntil`. Times are milliseconds.
 *
 * @example
 * const options: PollOptions<Video> = { done: ({ status }) => status !== "processing", interval: 2_000 };
 */
export interface PollOptions<R> {
  /** Returns whether a reply is the last one. */
  done: (reply: Awaited<R>) => boolean;
  /**
   * Wait from a reply to the next request. A wait hint of the reply (`retryAfterMs`, `retry_after_seconds`) or of the
   * error (`retryAfter`) wins. After consecutive failures the wait grows, see `backoff`.
   * @default 1_000
   */
  interval?: number | ((reply: Awaited<R>) => number) | undefined;
  /** For the whole poll, by the wall clock: a computer that sleeps does not extend it. @default none */
  timeout?: number | undefined;
  /** Longest time without a change of the replies, by the wall clock. @default none */
  idleTimeout?: number | undefined;
  /** Number of consecutive failures that end the poll. @default 3 */
  maxConsecutiveErrors?: number | undefined;
  /**
   * Decides whether the poll goes on after a failure: "retry" does, "fail", "pause" and "reconcile" end it.
   *
   * @default as `callPhase`. Tolerated are also errors without a status, and a 404 before the first reply: what was
   * ordered may not be visible yet
   */
  classify?: ((error: unknown, context: PollFailureContext) => "retry" | "fail" | "pause" | "reconcile") | undefined;
  /** How the wait grows after failures; `false` keeps `interval`. @default doubles `interval`, up to 30 s */
  backoff?: false | Pick<RetryPolicy, "minDelay" | "maxDelay" | "factor"> | undefined;
  /** Called with each reply. */
  onReply?: ((reply: Awaited<R>) => void) | undefined;
  /** Returns the part of a reply that `idleTimeout` compares. @default the whole reply */
  sameAs?: ((reply: Awaited<R>) => unknown) | undefined;
  /**
   * Connects a push source, and returns a function that disconnects it. `poke` sends the next request at once, unless
   * the poll waits after a failure.
   */
  wake?: ((poke: () => void) => (() => void) | void) | undefined;
  /** Cancels the poll. */
  signal?: AbortSignal | undefined;
  /**
   * The context of the outer task. The poll ends with the task or with a cancel of its run, uses its idempotency key,
   * and restarts its `idleTimeout` with every change.
   */
  context?: TaskContext | undefined;
  /** Each request takes a place of this limiter. */
  limiter?: Limiter | undefined;
  /** Starts no request while the browser is offline; see `waitOnline` of runs. @default false */
  waitOnline?: boolean | undefined;
}
