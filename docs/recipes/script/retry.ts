/** When a request is repeated, and after what wait: what the real service does, to the second. */
import { type FailureContext, HttpError } from "sluicegate";
import { outageDelay } from "../shared/calls";

const SECOND = 1_000;

/** @param attempt the one that failed, from 1 */
export function retryDelay(attempt: number, error: unknown): number {
  const status = error instanceof HttpError ? error.status : undefined;
  if (status === 503) return Math.min(10 * attempt, 60) * SECOND;
  if (status === 429) return Math.min(8 + 4 * (attempt - 1), 20) * SECOND;
  return Math.min(5 * attempt, 20) * SECOND;
}

/**
 * Any 5xx and 429 are repeated, other 4xx fail; for what is no status, a lost reply say, the package's own rules hold.
 */
function classify(error: unknown, { verdict }: FailureContext): "retry" | "fail" {
  const status = error instanceof HttpError ? error.status : 0;
  if (status >= 500) return "retry";
  if (status >= 400 && status !== 429) return "fail";
  return verdict === "final" ? "fail" : "retry";
}

export const retryPolicy = (pace: number) => ({
  attempts: 6,
  classify,
  delay: (attempt: number, error: unknown) => Math.max(pace * retryDelay(attempt, error), outageDelay(attempt, error)),
});
