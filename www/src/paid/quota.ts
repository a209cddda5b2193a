import { callPhase, type Limiter, settleWithConcurrency } from "sluicegate";
import type { Report, Trial, Way } from "../trials/useSeries";
import { beginRun, type Ledger } from "./run";

export const CALLS = 300;
/** The undisclosed quota of the server. */
export const QUOTA = 5;
export const MOST = 10;

/** The same work for all ways; a refusal asks to wait about as long as a piece takes. */
const SETTINGS = { seed: 11, quota: QUOTA, time: 40, retryAfter: 40 };
/** Number of attempts, large enough for many refusals. */
const RETRY = { attempts: 30, maxDelay: 1_000 };
const SAMPLE = 50;

/** Number of open calls at a time, and the limit at that time. */
export interface Sample {
  readonly at: number;
  readonly open: number;
  readonly limit: number;
}

/** One way to make the calls. */
export interface Pace extends Trial {
  readonly answered: number;
  readonly failed: number;
  readonly samples: readonly Sample[];
  readonly ledger: Ledger | undefined;
  readonly milliseconds: number | undefined;
}

export const notRun: Pace = {
  state: "not run",
  answered: 0,
  failed: 0,
  samples: [],
  ledger: undefined,
  milliseconds: undefined,
};

/** Returns the way that makes the calls, up to `MOST` of them at once through the limiter. */
export const keepPace =
  (limit: () => Limiter | undefined): Way<Pace> =>
  async (name, signal, report) => {
    const limiter = limit();
    const run = await beginRun(name, SETTINGS, signal);
    const { counted, sample } = watching(limiter, report);
    const items = Array.from({ length: CALLS }, (_, item) => item);
    let [answered, failed] = [0, 0];
    const begun = performance.now();
    const sampling = setInterval(sample, SAMPLE, begun);
    try {
      await settleWithConcurrency(
        items,
        MOST,
        (item, _index, { signal, idempotencyKey }) =>
          callPhase(run.workUrl, { item }, { signal, idempotencyKey, limiter, retry: RETRY, fetch: counted }),
        {
          signal,
          onCancel: "abort",
          onOutcome: ({ status }) => report(status === "fulfilled" ? { answered: ++answered } : { failed: ++failed }),
        },
      );
      signal.throwIfAborted();
      report({ milliseconds: performance.now() - begun });
    } finally {
      clearInterval(sampling);
    }
    sample(begun);
    report({ ledger: await run.ledger() });
  };

/**
 * Counts what is open; a picture of it is taken now and then, because drawing each change would slow down what is
 * measured.
 */
function watching(
  limiter: Limiter | undefined,
  report: Report<Pace>,
): { counted: typeof fetch; sample: (begun: number) => void } {
  let open = 0;
  let samples: readonly Sample[] = [];
  return {
    counted: async (input, init) => {
      open += 1;
      try {
        return await fetch(input, init);
      } finally {
        open -= 1;
      }
    },
    sample(begun) {
      samples = [...samples, { at: performance.now() - begun, open, limit: limiter?.limit ?? MOST }];
      report({ samples });
    },
  };
}

export const refusedShare = ({ ledger }: Pace): number | undefined =>
  ledger === undefined ? undefined : ledger.beyondQuota / ledger.received;
