/** Many short calls, all at once or a few at a time, and what the browser and the server make of them. */
import { settleWithConcurrency } from "sluicegate";
import { ask } from "../store";
import { pause, type Report, type Trial as State } from "../trials/useSeries";

export const notRun = {
  state: "not run" as State["state"],
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

/** Counts of one way to make the calls. */
export type Trial = Readonly<typeof notRun>;

export const CALLS = 2_000;
export const LIMIT = 5;
/** Milliseconds that a call takes at the server: long enough to see how many are open at once. */
const CALL_TIME = 4;
/** Milliseconds that the shut gate holds a call: when all connections are taken, nothing can open it. */
const LONGEST_HOLD = 3_000;
/** Connections that a browser opens to one host. */
const CONNECTIONS = 6;
/**
 * By then a browser that refuses calls has refused them; one that queues them all will not answer the status call
 * anyway.
 */
const LONGEST_WAIT = 2_500;
const LOOK_AGAIN = 50;
/** Number of consecutive looks that find the limit filled. */
const CONVINCED = 5;

/** Returns the server's gate, which holds the calls of a run until it is opened, and counts them. */
function gateOf(run: string, signal: AbortSignal) {
  const send = (method: string, what: string) =>
    ask<Pick<Trial, "answered" | "maxOpen"> & { readonly open: number }>(`/api/why/${run}/${what}`, { method, signal });
  return {
    call: () => send("POST", `call?hold=${LONGEST_HOLD}`).then(() => undefined),
    /** From then on each call takes `CALL_TIME`. */
    open: () => send("POST", `open?delay=${CALL_TIME}`),
    stats: () => send("GET", "stats"),
  };
}
type Gate = ReturnType<typeof gateOf>;

/**
 * All calls at once. Six slow calls hold the browser's connections, as six drawings would, until all others have been
 * sent. They are let go by ending them here: at its limit the browser sends nothing more, so no call could open a gate.
 */
export async function sendAllAtOnce(run: string, signal: AbortSignal, report: Report<Trial>): Promise<void> {
  const held = new AbortController();
  const slow = gateOf(`${run}-slow`, AbortSignal.any([signal, held.signal]));
  const gate = gateOf(run, signal);
  await gate.open();
  const slowCalls = Array.from({ length: CONNECTIONS }, () => slow.call().catch(() => undefined));

  const count = counting(report);
  const calls = Array.from({ length: CALLS }, () => count(() => gate.call()));
  const all = Promise.all(calls).then(
    (replies) => report({ outcome: `${replies.length} results` }),
    (error: unknown) => report({ outcome: `rejected: “${error instanceof Error ? error.message : String(error)}”` }),
  );

  const status = gate.stats().then(
    ({ answered }) => report({ statusCall: sayWait(answered) }),
    () => report({ statusCall: "failed too" }),
  );
  await Promise.race([status, pause(LONGEST_WAIT)]);
  held.abort();
  await Promise.all([Promise.allSettled(calls), all, status, ...slowCalls]);
  report({ maxOpen: (await gate.stats()).maxOpen });
}

/** The same calls through the module. The gate stays shut until the server has seen the limit being kept. */
export async function sendAFewAtOnce(run: string, signal: AbortSignal, report: Report<Trial>): Promise<void> {
  const gate = gateOf(run, signal);
  const count = counting(report);
  const items = Array.from({ length: CALLS }, (_, index) => index);
  const work = settleWithConcurrency(items, LIMIT, () => count(() => gate.call()), { signal });

  await lookUntilFull(gate, report);
  await gate.open();

  const { values } = await work;
  report({ outcome: `${values.length} results` });
  report({ maxOpen: (await gate.stats()).maxOpen });
}

/** Gives up after a while: calls of other tabs may keep the limit from being filled. */
async function lookUntilFull(gate: Gate, report: Report<Trial>): Promise<void> {
  const end = performance.now() + LONGEST_HOLD;
  const left = (): number => Math.max(0, end - performance.now());
  report({ statusCall: `no reply within ${LONGEST_HOLD / 1000} s` });
  for (let full = 0; full < CONVINCED && left() > 0; ) {
    await pause(LOOK_AGAIN);
    const stats = await Promise.race([gate.stats(), pause(left())]);
    if (!stats) return;
    const { open, maxOpen, answered } = stats;
    report({ maxOpen, statusCall: sayWait(answered) });
    full = open >= LIMIT ? full + 1 : 0;
  }
}

const sayWait = (answered: number): string =>
  answered === 0 ? "answered immediately" : `waited for ${answered} other calls`;

/** Counts calls as they are sent and settle. */
function counting(report: Report<Trial>): <T>(send: () => Promise<T>) => Promise<T> {
  let [sent, answered, failed] = [0, 0, 0];
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
