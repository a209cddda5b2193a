import { settleWithConcurrency } from "sluicegate";
import { pause } from "../trials/observe";
import { Gate, LONGEST_HOLD } from "./gate";
import { CALL_TIME, CALLS, counting, LIMIT, type Report } from "./trial";

const LOOK_AGAIN = 50;
/** Number of consecutive looks that find the limit filled. */
const CONVINCED = 5;

/** The same calls through the module. The gate stays shut until the server has seen the limit being kept. */
export async function sendAFewAtOnce(run: string, signal: AbortSignal, report: Report): Promise<void> {
  const gate = new Gate(run, signal);
  const count = counting(report);
  const items = Array.from({ length: CALLS }, (_, index) => index);
  const work = settleWithConcurrency(items, LIMIT, () => count(() => gate.call()), { signal });

  await lookUntilFull(gate, report);
  await gate.open(CALL_TIME);

  const { values } = await work;
  report({ outcome: `${values.length} results` });
  const { maxOpen } = await gate.stats();
  report({ maxOpen });
}

/** Gives up after a while: calls of other tabs may keep the limit from being filled. */
async function lookUntilFull(gate: Gate, report: Report): Promise<void> {
  const end = performance.now() + LONGEST_HOLD;
  const left = (): number => Math.max(0, end - performance.now());
  report({ statusCall: `no reply within ${LONGEST_HOLD / 1000} s` });
  for (let full = 0; full < CONVINCED && left() > 0; ) {
    await pause(LOOK_AGAIN);
    const stats = await Promise.race([gate.stats(), pause(left())]);
    if (!stats) return;
    const { open, maxOpen, answered } = stats;
    report({ maxOpen, statusCall: answered === 0 ? "answered immediately" : `waited for ${answered} other calls` });
    full = open >= LIMIT ? full + 1 : 0;
  }
}
