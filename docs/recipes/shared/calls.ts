/** The calls that retry by themselves, for the page: their attempts, and what they wait for. */
import type { RetryPolicy } from "sluicegate";
import { createStore } from "./store";

export interface Call {
  readonly id: number;
  readonly kind: string;
  readonly label: string;
  readonly attempts: number;
  readonly state: "in flight" | "answered" | "failed";
  /** Whether no further attempt follows. */
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

export const calls = createStore<readonly Call[]>([]);
let nextId = 0;

function revise(id: number, change: Partial<Call>): void {
  calls.set(calls.get().map((call) => (call.id === id ? { ...call, ...change } : call)));
}

export interface Track {
  readonly fetch: typeof fetch;
  readonly until: <T>(work: Promise<T>) => Promise<T>;
  /** Returns the same policy, whose waits are shown on the page. */
  readonly shown: <P extends Pick<RetryPolicy, "attempts" | "delay" | "minDelay" | "maxDelay">>(policy: P) => P;
}

/** Records one call: pass `fetch` and `shown(retry)` to callPhase, and its promise to `until`. */
export function trackCall(kind: string, label: string): Track {
  const id = nextId++;
  let attempts = 0;
  calls.set([...calls.get(), { id, kind, label, attempts, state: "in flight", settled: false }]);
  return {
    fetch: (input, init) => {
      revise(id, { attempts: ++attempts, state: "in flight", wait: undefined });
      return fetch(input, init);
    },
    until: (work) => {
      const end = (state: Call["state"]) => () => revise(id, { state, wait: undefined, settled: true });
      work.then(end("answered"), end("failed"));
      return work;
    },
    shown: (policy) => ({
      ...policy,
      delay(attempt: number, error: unknown) {
        const delay = policy.delay?.(attempt, error) ?? backoff(policy, attempt);
        const hint = (error as { retryAfter?: number } | undefined)?.retryAfter ?? 0;
        const wait = { attempt, attempts: policy.attempts, error, until: performance.now() + Math.max(delay, hint) };
        if (attempt < (policy.attempts ?? 3)) revise(id, { state: "failed", wait });
        return delay;
      },
    }),
  };
}

/** Survives an outage of 15 seconds. */
export const RETRY = { attempts: 6, minDelay: 500, maxDelay: 8_000 };

/** Returns the least wait after a failure: a server that is not reachable comes back no sooner at a fast pace. */
export const outageDelay = (attempt: number, error: unknown): number =>
  error instanceof TypeError ? backoff(RETRY, attempt) : 0;

/** Returns a policy whose waits double. */
export const doubling = (attempts: number, minDelay: number, maxDelay: number) => ({
  ...{ attempts, minDelay, maxDelay },
  delay: (attempt: number, error: unknown) =>
    Math.max(backoff({ minDelay, maxDelay }, attempt), outageDelay(attempt, error)),
});

/** Returns the wait of the package's own formula, with its jitter of up to a fifth. */
function backoff({ minDelay = 1_000, maxDelay = 30_000 }: RetryPolicy, attempt: number): number {
  return Math.min(minDelay * 2 ** (attempt - 1), maxDelay) * (1 + 0.2 * Math.random());
}
