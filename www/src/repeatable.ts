import type { TaskContext } from "sluicegate";

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
