// What a failure means: for another attempt, for those who share its limiter, and whether the server is to be asked first.

import { now } from "./clock.js";
import { engine } from "./engine.js";
import { RetryError, property, reportUncaught, textOf } from "./errors.js";

// Of the same value as those in results.rs.
const REPEATABLE = 1;
const DOUBTFUL = 2;
const WITHDRAWN = 4;
const THROTTLED = 8;
const KEYED = 16;

// What `engine_verdict` in classify.rs says.
export const FINAL = 0;
const REFUSED = 1;
const AMBIGUOUS = 2;

const VERDICTS = ["final", "refused", "ambiguous"];
const DECISIONS = ["retry", "fail", "pause", "reconcile"];

/** Of a call that was repeated inside, what it failed with in the end. */
export function lastOf(error) {
  try {
    return error instanceof RetryError ? error.cause : error;
  } catch {
    return error; // a revoked proxy, of which nothing can be asked
  }
}

/** What the engine has to know of a failure; `pauses` where the caller wants the run to wait for somebody. */
export function judge(slot, error, policy) {
  const { run } = slot;
  const last = lastOf(error);
  const status = property(last, "status");
  const retryAfter = property(last, "retryAfter");
  const said = {
    flags: 0,
    hint: typeof retryAfter === "number" ? retryAfter : NaN,
    delay: NaN,
    random: Math.random(),
    pauses: false,
  };
  if (status === 429 || status === 503) said.flags |= THROTTLED;
  if (run.isEndedBy(error)) said.flags |= WITHDRAWN;
  else if (policy) {
    try {
      decide(slot, error, policy, said);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  }
  return said;
}

/** By the caller's rules, or by the default ones. */
function decide(slot, error, policy, said) {
  const { run, index, attempt } = slot;
  const unsent = run.request?.sent === false;
  // What never left the page cannot have been done.
  const verdictOf = (it) => {
    const verdict = engine.engine_verdict(it);
    return verdict === AMBIGUOUS && unsent ? REFUSED : verdict;
  };
  const verdict = verdictOf(error);
  const keyed = run.isKeyed(index);
  const asks = policy.reconcile !== undefined;
  // Before anything of the caller's is called, which may throw: what was paid for may be there.
  if (asks && verdictOf(lastOf(error)) === AMBIGUOUS) said.flags |= DOUBTFUL;
  const mayRepeat = verdict === REFUSED || (verdict === AMBIGUOUS && (keyed || asks));
  const decision = policy.classify ? ask(policy, error, slot, verdict, unsent) : mayRepeat ? "retry" : "fail";
  if (decision === "reconcile") {
    if (!asks) throw new TypeError('`retry.classify` returned "reconcile", but there is no `retry.reconcile`');
    said.flags |= DOUBTFUL;
  }
  said.pauses = decision === "pause";
  if (decision === "fail" || said.pauses) return;
  if (attempt < run.options.policy[0]) {
    if (policy.delay)
      said.delay = number(
        policy.delay(attempt, error),
        Number.MAX_VALUE,
        "`retry.delay` must return milliseconds from 0",
      );
    if (policy.random) said.random = number(policy.random(), 1, "`retry.random` must return a number from 0 to 1");
  }
  said.flags |= keyed ? REPEATABLE | KEYED : REPEATABLE;
}

function ask(policy, error, slot, verdict, unsent) {
  const { attempt, startedAt } = slot;
  const context = {
    attempt,
    elapsed: now() - startedAt,
    maybeSent: verdict !== REFUSED && !unsent,
    verdict: VERDICTS[verdict],
  };
  const decision = policy.classify(error, context);
  if (DECISIONS.includes(decision)) return decision;
  throw new TypeError(
    `\`retry.classify\` must return "retry", "fail", "pause" or "reconcile", got ${textOf(decision)}`,
  );
}

function number(value, most, expected) {
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  throw new TypeError(`${expected}, got ${textOf(value)}`);
}
