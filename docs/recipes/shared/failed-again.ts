import type { Outcome } from "sluicegate";

/** Returns a listener that makes again what failed in an earlier visit: that is what Resume is pressed for. */
export const failedAgain =
  (retry: (key: string) => unknown) =>
  (outcome: Outcome<unknown>): void => {
    if (outcome.status === "rejected" && outcome.restored) void retry(outcome.key);
  };
