import { AT_ONCE } from "./charges";
import { MOST, QUOTA } from "./quota";

/** The ways to make the calls, as they are shown: what matters of ways.ts and quota.ts. */
export const BY_HAND = `for (let attempt = 1; ; attempt++) {
  try {
    const response = await fetch(url, {
      method: "POST", headers, body,
      signal: AbortSignal.timeout(300),
    });
    if (!response.ok) throw new Error("failed");
    return await response.json();
  } catch (error) {
    if (attempt === 8) throw error;
    await sleep(25 * attempt);
  }
}`;

export const WITH_KEYS = `await settleWithConcurrency(
  items, ${AT_ONCE},
  (item, _index, { signal, idempotencyKey }) =>
    callPhase(url, { item }, {
      signal,
      idempotencyKey, // the same on every attempt
      timeout: 300,
      retry: { attempts: 8, minDelay: 25 },
    }),
);`;

export const KNOWN = `const limiter = new Limiter({
  limit: ${QUOTA},
});`;

export const ADAPTIVE = `const limiter = new Limiter({
  limit: ${MOST},
  adaptive: true,
});`;

export const UNLIMITED = `// Each call retries by itself.
const limiter = undefined;`;

export const THROUGH_LIMITER = `await settleWithConcurrency(
  items, ${MOST},
  (item, _index, { signal, idempotencyKey }) =>
    callPhase(url, { item }, { signal, idempotencyKey, limiter, retry }),
);`;
