/**
 * Every request to the generation endpoint, as it happened: the timeline draws these.
 * A call is what was asked for once; its attempts are the requests that it took.
 */
import type { RetryPolicy } from "sluicegate";

export type Lane = string;
/** Names of the lanes of a page, from top to bottom. */
export type LaneNames = Readonly<Record<Lane, string>>;

export interface Attempt {
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly result: "open" | "answered" | "refused" | "lost" | "timed out" | "cancelled";
  readonly status: number | undefined;
}

export interface Call {
  readonly id: number;
  readonly lane: Lane;
  readonly label: string;
  readonly attempts: readonly Attempt[];
  /** Nothing more is coming: until then a call without an open attempt is waiting to repeat. */
  readonly settled: boolean;
  readonly wait?: Wait | undefined;
}

/** A wait for the next attempt. */
export interface Wait {
  /** Number of the attempt that failed; the first is 1. */
  readonly attempt: number;
  readonly attempts: number | undefined;
  readonly error: unknown;
  /** Time of `performance.now()` at which the next attempt is due. */
  readonly until: number;
}

let calls: readonly Call[] = [];
let nextId = 0;
let idle = 0;
let idleSince: number | undefined = performance.now();
const listeners = new Set<() => void>();

function change(next: readonly Call[]): void {
  calls = next;
  for (const listener of listeners) listener();
}

function revise(id: number, revision: (call: Call) => Call): void {
  change(calls.map((call) => (call.id === id ? revision(call) : call)));
}

function endAttempt(id: number, index: number, result: Attempt["result"], status?: number): void {
  const endedAt = callClock.now();
  revise(id, (call) => ({
    ...call,
    attempts: call.attempts.map((attempt, n) => (n === index ? { ...attempt, endedAt, result, status } : attempt)),
  }));
}

/**
 * Milliseconds spent in runs: it stands still between them, so that the timeline shows work and not an absent person.
 */
export const callClock = {
  now: (): number => (idleSince ?? performance.now()) - idle,
  start(): void {
    if (idleSince !== undefined) idle += performance.now() - idleSince;
    idleSince = undefined;
  },
  stop(): void {
    idleSince ??= performance.now();
  },
};

export const callStore = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  snapshot: (): readonly Call[] => calls,
  clear(): void {
    idle = idleSince ?? performance.now();
    change([]);
  },
};

export interface Track {
  readonly fetch: typeof fetch;
  readonly until: <T>(work: Promise<T>) => Promise<T>;
  /** Returns the same policy, whose waits are shown on the page. */
  readonly shown: <P extends RetryPolicy>(policy: P) => P;
}

/** Waits until the browser is online. An abort ends the wait. */
export const onlineFetch: typeof fetch = async (input, init) => {
  if (!navigator.onLine) {
    await new Promise<void>((resolve) => {
      addEventListener("online", () => resolve(), { once: true });
      init?.signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }
  return fetch(input, init);
};

/** Records one call: pass `fetch` to callPhase, and its promise to `until`. */
export function trackCall(lane: Lane, label: string): Track {
  const id = nextId++;
  const attempt: typeof fetch = async (input, init) => {
    const begun: Attempt = { startedAt: callClock.now(), endedAt: undefined, result: "open", status: undefined };
    const index = calls.find((call) => call.id === id)?.attempts.length ?? 0;
    revise(id, (call) => ({ ...call, wait: undefined, attempts: [...call.attempts, begun] }));
    try {
      const response = await onlineFetch(input, init);
      // A reply that is cut off, or comes without what it was made for, is lost as one that never came.
      const isEmpty = (await response.clone().text()) === "" && response.status !== 204;
      endAttempt(id, index, !response.ok ? "refused" : isEmpty ? "lost" : "answered", response.status);
      return response;
    } catch (error) {
      endAttempt(id, index, howItEnded(error, init?.signal));
      throw error;
    }
  };
  change([...calls, { id, lane, label, attempts: [], settled: false }]);
  return {
    fetch: attempt,
    until: (work) => work.finally(() => revise(id, (call) => ({ ...call, wait: undefined, settled: true }))),
    shown: (policy) => ({
      ...policy,
      delay(attempt: number, error: unknown) {
        const delay = policy.delay?.(attempt, error) ?? backoff(policy, attempt);
        const hint = (error as { retryAfter?: number } | undefined)?.retryAfter ?? 0;
        const wait = { attempt, attempts: policy.attempts, error, until: performance.now() + Math.max(delay, hint) };
        if (attempt < (policy.attempts ?? 3)) revise(id, (call) => ({ ...call, wait }));
        return delay;
      },
    }),
  };
}

/** Returns the wait of the package's own formula, with its jitter of up to a fifth. */
function backoff({ minDelay = 1_000, maxDelay = 30_000 }: RetryPolicy, attempt: number): number {
  return Math.min(minDelay * 2 ** (attempt - 1), maxDelay) * (1 + 0.2 * Math.random());
}

function howItEnded(error: unknown, signal: AbortSignal | null | undefined): Attempt["result"] {
  if (signal?.aborted !== true) return "lost";
  return error instanceof DOMException && error.name === "TimeoutError" ? "timed out" : "cancelled";
}
