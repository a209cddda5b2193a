import type { Outcome, TaskContext } from "sluicegate";

/**
 * Returns work of a phase that costs nothing, or whose calls have keys of their own: after a crash it is done again. A
 * phase that reads its key may be repeated.
 */
export const repeatable =
  <O, R>(work: (outputs: O, context: TaskContext) => R) =>
  (outputs: O, context: TaskContext): R => {
    void context.idempotencyKey;
    return work(outputs, context);
  };

/** Returns a listener that makes again what failed in an earlier visit: that is what Resume is pressed for. */
export const failedAgain =
  (retry: (key: string) => unknown) =>
  (outcome: Outcome<unknown>): void => {
    if (outcome.status === "rejected" && outcome.restored) void retry(outcome.key);
  };
