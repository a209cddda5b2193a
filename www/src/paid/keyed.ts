import { callPhase, settleWithConcurrency } from "sluicegate";
import { AT_ONCE, type Piece, type Settled, TIMEOUT } from "./charges";

const RETRY = { attempts: 8, minDelay: 25, maxDelay: 400 };

/** The same through the module. What was lost on the way is asked for again under the key that it was made with. */
export async function makeKeyed(
  url: string,
  items: readonly number[],
  signal: AbortSignal,
  settled: Settled,
): Promise<void> {
  await settleWithConcurrency(
    items,
    AT_ONCE,
    (item, _index, { signal, idempotencyKey }) =>
      callPhase<Piece>(url, { item }, { signal, idempotencyKey, timeout: TIMEOUT, retry: RETRY }),
    {
      signal,
      onCancel: "abort",
      onOutcome: (outcome, item) => settled(item, outcome.status === "fulfilled" ? outcome.value : undefined),
    },
  );
  signal.throwIfAborted();
}
