import { ask } from "../ask";
import type { State } from "../trials/observe";

/** Counts of one way to make the calls, before it is run. */
export const notRun = {
  state: "not run" as State,
  sent: 0,
  answered: 0,
  failed: 0,
  /** Most calls that the server had open at once. */
  maxOpen: 0,
  /** Result of one small call during the others. */
  statusCall: undefined as string | undefined,
  /** Result of the awaited promise. */
  outcome: undefined as string | undefined,
};
export type Trial = Readonly<typeof notRun>;

export const CALLS = 2_000;
export const LIMIT = 5;
/** Milliseconds that a call takes at the server: long enough to see how many are open at once. */
export const CALL_TIME = 4;

/** Told of every change; cheap, because it is called thousands of times. */
export type Report = (change: Partial<Trial>) => void;

/** Counts calls as they are sent and settle. */
export function counting(report: Report): <T>(send: () => Promise<T>) => Promise<T> {
  let sent = 0;
  let answered = 0;
  let failed = 0;
  return async (send) => {
    report({ sent: ++sent });
    try {
      const value = await send();
      report({ answered: ++answered });
      return value;
    } catch (error) {
      report({ failed: ++failed });
      throw error;
    }
  };
}

/** Says what a small call during the others has met. */
export const sayStatusCall = (answered: number): string =>
  answered === 0 ? "answered immediately" : `waited for ${answered} other calls`;

interface GateStats {
  readonly open: number;
  readonly maxOpen: number;
  readonly answered: number;
}

/** Returns the server's gate: it holds the calls of a run until it is opened, and counts them. */
export const gateOf = (run: string, signal: AbortSignal) => ({
  call: () => ask<unknown>(`/api/why/${run}/call`, { method: "POST", signal }),
  /** From then on each call takes `delay` milliseconds. */
  open: (delay: number) => ask<GateStats>(`/api/why/${run}/open?delay=${delay}`, { method: "POST", signal }),
  stats: () => ask<GateStats>(`/api/why/${run}/stats`, { signal }),
});
