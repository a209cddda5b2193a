// The public types of calls: retries, one request, polls.

import type { Limiter } from "./modes.ts";
import type { TaskContext } from "./types.ts";

/**
 * How often, when and after what wait a failed attempt is repeated. `V` is what the attempt gives: of no interest
 * without
 * `reconcile`, so that a plain `RetryPolicy` fits every call. Times are milliseconds.
 */
export interface RetryPolicy<V = never> {
  /** In all; 1 is no retry. @default 3 */
  attempts?: number | undefined;
  /** The first wait. @default 1_000 */
  minDelay?: number | undefined;
  /** @default 30_000 */
  maxDelay?: number | undefined;
  /** Each wait is so many times the one before. @default 2 */
  factor?: number | undefined;
  /** 0..1: up to this share of a wait is added at random. @default 0.2 */
  jitter?: number | undefined;
  /** For the jitter: gives a number from 0 to 1. @default Math.random */
  random?: (() => number) | undefined;
  /** Replaces the formula. */
  delay?: ((attempt: number, error: unknown) => number) | undefined;
  /**
   * A server's wait hint (`retryAfter` of an error) wins over formula and `delay` up to this; a longer one ends the
   * retries.
   * @default 60_000
   */
  maxRetryAfter?: number | undefined;
  /**
   * What a failure means: "retry"; "fail"; "pause" fails the item and pauses the run, for somebody to mend it and
   * resume;
   * "reconcile" asks `reconcile` first. Asked after every failure, also the last.
   *
   * @default by a numeric `status` on any error: 425, 429 and 503 are refusals, repeated (unless a 429's body says that
   * it
   * is permanent). 408, 500, 502, 504, timeouts and network failures are ambiguous: repeated only where the call is
   * keyed.
   * Never a RetryError, an AbortError, a program's TypeError, another 4xx, or a failure that it does not know.
   */
  classify?: ((error: unknown, context: FailureContext) => "retry" | "fail" | "pause" | "reconcile") | undefined;
  /**
   * Did the server finish it after all? Asked after every ambiguous failure, also the last, before repeating or
   * failing;
   * holds a place, as an attempt does, and is timed out as one. What is found is the item's value (in order, what the
   * step
   * in doubt would have given). What is not found is repeated, keyed or not, unless `classify` says "fail" or "pause";
   * where the
   * question itself fails, only what is keyed. A run that is ending asks no more. The context's `lastError` is the
   * failure, its
   * `attempt` and `idempotencyKey` those of the attempt in doubt.
   */
  reconcile?: ((context: TaskContext, item: unknown) => PromiseLike<Reconciled<V>> | Reconciled<V>) | undefined;
}

/** `V`, where nothing is inferred from: as `NoInfer` of TypeScript 5.4, for older ones too. */
export type Fixed<V> = [V][V extends unknown ? 0 : never];

/** A policy for attempts that give `V`. What they give is inferred from the attempts, and never from the policy. */
export type PolicyFor<V> = RetryPolicy<Fixed<V>>;

/** What is known of a failed attempt besides its error. */
export interface FailureContext {
  readonly item: unknown;
  readonly index: number;
  readonly key: string;
  /** In order: what failed. */
  readonly step: "prepare" | "commit" | undefined;
  /** The innermost failure: of a RetryError the last one, else the error itself. */
  readonly cause: unknown;
  /** 1 on the first. */
  readonly attempt: number;
  /** Milliseconds since the attempt's start. */
  readonly elapsed: number;
  /** Whether the server may have received the request: false where it refused, or the request never left the page. */
  readonly maybeSent: boolean;
  /**
   * What the default rules make of it: "refused" is always repeatable, "ambiguous" (the work may have been done) where
   * the
   * call is keyed, "final" never. For rules that add to the default ones.
   */
  readonly verdict: "refused" | "ambiguous" | "final";
}

/** Whether the server finished the work of an attempt that failed. */
export type Reconciled<V> = { readonly found: true; readonly value: V } | { readonly found: false };

/** Options of a call. Times are milliseconds. */
export interface CallOptions<Reply = unknown> {
  signal?: AbortSignal | undefined;
  /** @default "POST" */
  method?: string | undefined;
  /** A function is asked for every attempt, so that a token never goes stale. */
  headers?: HeadersInit | (() => HeadersInit | PromiseLike<HeadersInit>) | undefined;
  /** Per attempt, from its start: not while it waits for the limiter. @default none */
  timeout?: number | undefined;
  /** Over all attempts and the waits between them, from the start of the first. @default none */
  totalTimeout?: number | undefined;
  limiter?: Limiter | undefined;
  /** @default 3 attempts */
  retry?: PolicyFor<Reply> | undefined;
  /** Sent as Idempotency-Key, the same on every attempt. */
  idempotencyKey?: string | undefined;
  /** "always" repeats ambiguous failures without a key as well. @default "keyed" */
  resend?: "keyed" | "always" | undefined;
  /** @default globalThis.fetch */
  fetch?: typeof globalThis.fetch | undefined;
  /** Throws where a reply with a good status is a failure (`{ success: false }`). Its error goes to `classify`. */
  check?: ((reply: Reply, response: Response) => void) | undefined;
  /** How the reply is read. @default "json" */
  read?: "json" | "text" | "blob" | "arrayBuffer" | ((response: Response) => Reply | PromiseLike<Reply>) | undefined;
  /**
   * Called with each event of a reply that comes in parts: server-sent events, or JSON in lines (NDJSON). The call
   * resolves to the data of the last one. "[DONE]" ends the reply and is not told. A promise is awaited before the next
   * event. What it throws fails the attempt, as with `check`: so does an event that says that the work has failed.
   *
   * A reply that breaks off is an ambiguous failure. Where it is repeated, the events come anew from the first:
   * `attempt` tells (1 on the first). Not together with `read`.
   */
  onEvent?: ((event: ReplyEvent, context: { readonly attempt: number }) => void | PromiseLike<void>) | undefined;
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
   * The header that carries `idempotencyKey`. One that `headers` bring counts as a key as well.
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
   * Orders the job. A step of the task around it: it is done once over the task's retries, and its key is that of the
   * step.
   */
  submit: (context: TaskContext) => Job | PromiseLike<Job>;
  /** Asks for the state of the job. */
  poll: (job: Job, context: TaskContext) => Reply | PromiseLike<Reply>;
  /** Whether this reply is the last. */
  done: (reply: Reply) => boolean;
  /**
   * Returns an error where the reply says that the job is dead: it is dropped, and the next attempt orders again, with
   * a new key.
   */
  failed?: ((reply: Reply) => unknown) | undefined;
  /** @default the last reply */
  value?: ((reply: Reply, job: Job) => V) | undefined;
  /** Called once when the job is given up (cancel, timeout), so that the server can stop it. */
  cancel?: ((job: Job) => void | PromiseLike<void>) | undefined;
  /** Of the task around it. */
  context: TaskContext;
}

/** Options of a poll. Times are milliseconds. */
export interface PollOptions<R> {
  /** Whether this reply is the last. */
  done: (reply: Awaited<R>) => boolean;
  /**
   * From a reply to the next ask; after failed asks in a row it doubles, up to 30 s. A wait hint of the reply
   * (`retryAfterMs`,
   * `retry_after_seconds`) or of the error (`retryAfter`) wins. @default 1_000
   */
  interval?: number | ((reply: Awaited<R>) => number) | undefined;
  /** The whole of it, by the wall clock: a computer that sleeps does not stretch it. @default none */
  timeout?: number | undefined;
  /** Since a reply last differed from the one before, by the wall clock. @default none */
  idleTimeout?: number | undefined;
  /** The number of failed asks in a row that end it. @default 3 */
  maxConsecutiveErrors?: number | undefined;
  /**
   * Whether another ask may mend a failure: "retry"; anything else ends the poll.
   *
   * @default as callPhase, and in addition any error without a status
   */
  classify?: RetryPolicy["classify"];
  /** How the wait grows after failed asks; `false` keeps the interval. @default doubles the interval, up to 30 s */
  backoff?: false | Pick<RetryPolicy, "minDelay" | "maxDelay" | "factor"> | undefined;
  /** Called with each reply. */
  onReply?: ((reply: Awaited<R>) => void) | undefined;
  /** What `idleTimeout` compares. @default the whole reply */
  sameAs?: ((reply: Awaited<R>) => unknown) | undefined;
  /** A push source: call `poke` to ask now, but for the wait after a failed ask. Returns what unsubscribes. */
  wake?: ((poke: () => void) => (() => void) | void) | undefined;
  signal?: AbortSignal | undefined;
  /**
   * Of the task around it: ends the poll when the task is to end or the run is cancelled, lends it its idempotency key,
   * and hears of every change.
   */
  context?: TaskContext | undefined;
  /** Taken for each ask. */
  limiter?: Limiter | undefined;
}
