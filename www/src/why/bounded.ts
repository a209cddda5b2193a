import { settleWithConcurrency } from "sluicegate";
import { pause } from "../trials/observe";
import { Gate } from "./gate";
import { CALL_TIME, CALLS, counting, LIMIT, type Report } from "./trial";

const LOOK_AGAIN = 50;
/** Looks in a row that find the limit filled, and looks in all before the gate opens anyway. */
const CONVINCED = 5;
const MOST_LOOKS = 200;

/** The same calls through the module. The gate stays shut until the server has seen the limit being kept. */
export async function sendAFewAtOnce(run: string, signal: AbortSignal, report: Report): Promise<void> {
  const gate = new Gate(run, signal);
  const count = counting(report);
  const items = Array.from({ length: CALLS }, (_, index) => index);
  const work = settleWithConcurrency(items, LIMIT, () => count(() => gate.call()), { signal });

  for (let full = 0, looks = 0; full < CONVINCED && looks < MOST_LOOKS; looks += 1) {
    await pause(LOOK_AGAIN);
    const { open, maxOpen, answered } = await gate.stats();
    report({ maxOpen, statusCall: answered === 0 ? "answered immediately" : `waited for ${answered} other calls` });
    full = open >= LIMIT ? full + 1 : 0;
  }
  await gate.open(CALL_TIME);

  const { values } = await work;
  report({ outcome: `${values.length} results` });
  const { maxOpen } = await gate.stats();
  report({ maxOpen });
}
