import { pause } from "../trials/useSeries";
import { AT_ONCE, type Piece, type Settled, TIMEOUT } from "./charges";

const ATTEMPTS = 8;
const DELAY = 25;

/** Generates the items as code by hand mostly does: a few workers, and new attempts whatever has happened. */
export async function makeByHand(
  url: string,
  items: readonly number[],
  signal: AbortSignal,
  settled: Settled,
): Promise<void> {
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
}

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
