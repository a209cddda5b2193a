import { callPhase, type Limiter, settleWithConcurrency } from "sluicegate";
import type { Trial, Way } from "../trials/useSeries";
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

export const notRun = {
  state: "not run" as Trial["state"],
  answered: 0,
  failed: 0,
  samples: [] as readonly Sample[],
  ledger: undefined as Ledger | undefined,
  milliseconds: undefined as number | undefined,
};

/** One way to make the calls. */
export type Pace = Readonly<typeof notRun>;

/** Returns the way that makes the calls, up to `MOST` of them at once through the limiter. */
export const keepPace =
  (limit: () => Limiter | undefined): Way<Pace> =>
  async (name, signal, report) => {
    const limiter = limit();
    const run = await beginRun(name, SETTINGS, signal);
    const items = Array.from({ length: CALLS }, (_, item) => item);
    let [open, answered, failed] = [0, 0, 0];
    const counted: typeof fetch = (...request) => {
      open += 1;
      return fetch(...request).finally(() => void (open -= 1));
    };
    const begun = performance.now();
    let samples: readonly Sample[] = [];
    // Now and then, because drawing each change would slow down what is measured.
    const sample = (): void => {
      samples = [...samples, { at: performance.now() - begun, open, limit: limiter?.limit ?? MOST }];
      report({ samples });
    };
    const sampling = setInterval(sample, SAMPLE);
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
    sample();
    report({ ledger: await run.ledger() });
  };

export const refusedShare = ({ ledger }: Pace): number | undefined =>
  ledger === undefined ? undefined : ledger.beyondQuota / ledger.received;
