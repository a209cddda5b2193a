import { pause, type Report, type Trial, type Way } from "../trials/useSeries";
import { beginRun, type Ledger, type PaidItems } from "./run";

export const ITEMS = 500;
export const FAULT_RATE = 0.3;
export const AT_ONCE = 5;
/** Of one attempt, in milliseconds: a late reply comes after it. */
export const TIMEOUT = 300;

/** The same luck and the same work for both ways. */
const SETTINGS = { seed: 7, faultRate: FAULT_RATE, quota: AT_ONCE, time: 15, retryAfter: 30, lateness: 500 };
const LOOK_AGAIN = 150;

export interface Piece {
  readonly item: string;
}

export const notRun = {
  state: "not run" as Trial["state"],
  /** Outcomes, as the caller has them. */
  fulfilled: 0,
  rejected: 0,
  /** Items with exactly one outcome. */
  settledOnce: 0,
  ledger: undefined as Ledger | undefined,
  items: {} as PaidItems,
  seconds: undefined as number | undefined,
};

/** One way to make all items. */
export type Charges = Readonly<typeof notRun>;

/** Told of each item's outcome: its piece, or none. */
type Settled = (item: number, piece: Piece | undefined) => void;

export type Make = (url: string, items: readonly number[], signal: AbortSignal, settled: Settled) => Promise<void>;

/** Returns the way that makes all items by `make`, with what it costs. */
export const charge =
  (make: Make): Way<Charges> =>
  async (name, signal, report) => {
    const run = await beginRun(name, SETTINGS, signal);
    const look = async (): Promise<Ledger> => {
      const [ledger, items] = await Promise.all([run.ledger(), run.items()]);
      report({ ledger, items });
      return ledger;
    };

    let working = true;
    const looking = (async () => {
      for (; working; await pause(LOOK_AGAIN)) await look();
    })();
    // A failure of the looking is told below; meanwhile it must not count as one that nobody handles.
    looking.catch(() => undefined);

    const settled = counting(report);
    const begun = performance.now();
    try {
      const items = Array.from({ length: ITEMS }, (_, item) => item);
      await make(run.workUrlElsewhere, items, signal, settled);
      report({ seconds: (performance.now() - begun) / 1000 });
    } finally {
      working = false;
    }
    await looking;
    // Work whose caller was cut off goes on, and is paid.
    while ((await look()).open > 0) await pause(LOOK_AGAIN);
  };

/** A piece counts only for the item that it was made for. */
function counting(report: Report<Charges>): Settled {
  const outcomes = new Map<number, number>();
  let [fulfilled, rejected] = [0, 0];
  return (item, piece) => {
    outcomes.set(item, (outcomes.get(item) ?? 0) + 1);
    if (piece?.item === String(item)) fulfilled += 1;
    else rejected += 1;
    report({ fulfilled, rejected, settledOnce: [...outcomes.values()].filter((count) => count === 1).length });
  };
}

/** The cost of an item, and whether it was delivered. */
export type Cell = "unpaid" | "underWay" | "once" | "twice" | "more" | "lost";

export function cellsOf({ items, state }: Charges): Cell[] {
  return Array.from({ length: ITEMS }, (_, item) => {
    const cost = items[item];
    if (cost === undefined) return "unpaid";
    if (!cost.delivered) return state === "done" ? "lost" : "underWay";
    return cost.paid === 1 ? "once" : cost.paid === 2 ? "twice" : "more";
  });
}
