import { callPhase, settleWithConcurrency } from "sluicegate";
import { pause } from "../trials/useSeries";
import { AT_ONCE, type Make, type Piece, TIMEOUT } from "./charges";

const ATTEMPTS = 8;
const DELAY = 25;
const RETRY = { attempts: ATTEMPTS, minDelay: DELAY, maxDelay: 400 };

/** Generates the items as code by hand mostly does: a few workers, and new attempts whatever has happened. */
export const makeByHand: Make = async (url, items, signal, settled) => {
  let next = 0;
  async function worker(): Promise<void> {
    while (next < items.length) {
      signal.throwIfAborted();
      const item = items[next++] as number;
      await generate(url, item, signal).then(
        (piece) => settled(item, piece),
        () => settled(item, undefined),
      );
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

async function generate(url: string, item: number, signal: AbortSignal): Promise<Piece> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ item }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
      });
      if (!response.ok) throw new Error(`The server returned status ${response.status}`);
      return (await response.json()) as Piece;
    } catch (error) {
      if (attempt === ATTEMPTS || signal.aborted) throw error;
      await pause(DELAY * attempt);
    }
  }
}

/** The same through the module. What was lost on the way is asked for again under the key that it was made with. */
export const makeKeyed: Make = async (url, items, signal, settled) => {
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
};
