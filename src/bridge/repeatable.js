// What a failure means for another attempt.

import { classify } from "./engine.js";
import { now } from "./run.js";

// What `classify` in classify.rs says.
const REFUSED = 1;
const AMBIGUOUS = 2;

/** Whatever was thrown, it is read without harm. */
export function property(thrown, name) {
  try {
    return thrown?.[name];
  } catch {
    return undefined;
  }
}

/** Whether another attempt may be made, by the caller's `classify` or by the default. */
export function isRepeatable(slot, error, policy) {
  const verdict = classify(error);
  const decide = policy.classify;
  if (!decide) return verdict === REFUSED || (verdict === AMBIGUOUS && slot.run.isKeyed(slot.index));
  const context = { attempt: slot.attempt, elapsed: now() - slot.startedAt, maybeSent: verdict !== REFUSED };
  const decision = decide(error, context);
  if (decision === "retry" || decision === "fail") return decision === "retry";
  throw new TypeError(`\`retry.classify\` must return "retry" or "fail", got ${String(decision)}`);
}

export function checkDelay(delay) {
  if (typeof delay === "number" && delay >= 0) return delay;
  throw new TypeError(`\`retry.delay\` must return milliseconds from 0, got ${String(delay)}`);
}
