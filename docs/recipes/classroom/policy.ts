import type { RetryPolicy } from "sluicegate";
import { doubling } from "../shared/calls";
import type { Told } from "./backend";

/**
 * Five repetitions after 1 s · 2ⁿ, at most 16 s, and up to a fifth more. What a failure says of itself goes before its
 * status.
 */
export const policy = (pace: number): RetryPolicy<never> => ({
  ...doubling(6, 1_000 * pace, 16_000 * pace),
  classify(error, { verdict }) {
    const { status = 0, body } = error as Told;
    return (body?.isRetryable ?? (verdict !== "final" || status === 409 || status >= 500)) ? "retry" : "fail";
  },
});
