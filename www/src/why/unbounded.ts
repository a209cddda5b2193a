import { pause } from "../trials/observe";
import { Gate } from "./gate";
import { CALL_TIME, CALLS, counting, type Report } from "./trial";

/** Connections that a browser opens to one host. */
const CONNECTIONS = 6;
/**
 * By then a browser that refuses calls has refused them; one that queues them all will not answer the status call
 * anyway.
 */
const LONGEST_WAIT = 2_500;

/**
 * All calls at once. Six slow calls hold the browser's connections, as six drawings would, until all others have been
 * sent. They are let go by ending them here: at its limit the browser sends nothing more, so no call could open a gate.
 */
export async function sendAllAtOnce(run: string, signal: AbortSignal, report: Report): Promise<void> {
  const held = new AbortController();
  const slow = new Gate(`${run}-slow`, AbortSignal.any([signal, held.signal]));
  const gate = new Gate(run, signal);
  await gate.open(CALL_TIME);
  const slowCalls = Array.from({ length: CONNECTIONS }, () => slow.call().catch(() => undefined));

  const count = counting(report);
  const calls = Array.from({ length: CALLS }, () => count(() => gate.call()));
  const all = Promise.all(calls).then(
    (replies) => report({ outcome: `${replies.length} results` }),
    (error: unknown) => report({ outcome: `rejected: “${error instanceof Error ? error.message : String(error)}”` }),
  );

  const status = askMeanwhile(gate, report);
  await Promise.race([status, pause(LONGEST_WAIT)]);
  held.abort();
  await Promise.all([Promise.allSettled(calls), all, status, ...slowCalls]);
  const { maxOpen } = await gate.stats();
  report({ maxOpen });
}

async function askMeanwhile(gate: Gate, report: Report): Promise<void> {
  try {
    const { answered } = await gate.stats();
    report({ statusCall: answered === 0 ? "answered immediately" : `waited for ${answered} other calls` });
  } catch {
    report({ statusCall: "failed too" });
  }
}
