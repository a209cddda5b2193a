import type { State } from "../trials/observe";

/** Counts of one way to make the calls. */
export interface Trial {
  readonly state: State;
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  /** Most calls that the server had open at once. */
  readonly maxOpen: number;
  /** Result of one small call during the others. */
  readonly statusCall: string | undefined;
  /** Result of the awaited promise. */
  readonly outcome: string | undefined;
}

export const CALLS = 2_000;
export const LIMIT = 5;
/** Milliseconds that a call takes at the server: long enough to see how many are open at once. */
export const CALL_TIME = 4;

export const notRun: Trial = {
  state: "not run",
  sent: 0,
  answered: 0,
  failed: 0,
  maxOpen: 0,
  statusCall: undefined,
  outcome: undefined,
};

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
