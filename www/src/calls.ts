/**
 * Every request to the generation endpoint, as it happened: the timeline draws these.
 * A call is what was asked for once; its attempts are the requests that it took.
 */
export type Lane = string;
/** The names of a page's lanes, in the order in which they are drawn. */
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

/** Notes one call: hand `fetch` to callPhase, and its promise to `until`. */
export function trackCall(
  lane: Lane,
  label: string,
): { fetch: typeof fetch; until: <T>(work: Promise<T>) => Promise<T> } {
  const id = nextId++;
  const attempt: typeof fetch = async (input, init) => {
    const begun: Attempt = { startedAt: callClock.now(), endedAt: undefined, result: "open", status: undefined };
    const index = calls.find((call) => call.id === id)?.attempts.length ?? 0;
    revise(id, (call) => ({ ...call, attempts: [...call.attempts, begun] }));
    try {
      const response = await fetch(input, init);
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
    until: (work) => work.finally(() => revise(id, (call) => ({ ...call, settled: true }))),
  };
}

function howItEnded(error: unknown, signal: AbortSignal | null | undefined): Attempt["result"] {
  if (signal?.aborted !== true) return "lost";
  return error instanceof DOMException && error.name === "TimeoutError" ? "timed out" : "cancelled";
}
