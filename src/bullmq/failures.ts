// How the failure of a job travels from a worker to the owner of the run. BullMQ stores the message of an error and
// nothing else, so its other facts follow in a last line.

import { restoredReason, storedReason } from "../journal/errors.ts";
import { isObject, property } from "../runtime/values.ts";

const MARK = "\nsluicegate:";
/** Statuses by which a server refuses calls that come too fast. */
const THROTTLING: readonly unknown[] = [429, 503, 529];

/**
 * A job was removed from its queue before it had a result.
 *
 * @example
 * const retry = { classify: (error: unknown) => (error instanceof JobRemovedError ? "retry" : "fail") } as const;
 */
export class JobRemovedError extends Error {
  override readonly name = "JobRemovedError" as const;
  /** Id of the job. */
  readonly job: string;

  constructor(job: string) {
    super(`the job ${JSON.stringify(job)} was removed from its queue`);
    this.job = job;
  }
}

/** Returns the error that BullMQ is to store. Its message has the facts of the failure. */
export function packedFailure(reason: unknown): Error {
  const plain = storedReason(reason);
  const facts = isObject(plain) ? plain : { message: String(plain) };
  const { message = "", ...others } = facts as { message?: unknown };
  const error = new Error(`${message}${MARK}${jsonOf(others)}`, { cause: reason });
  const stack = property(reason, "stack");
  if (typeof stack === "string") error.stack = stack;
  return error;
}

function jsonOf({ body, ...facts }: { body?: unknown }): string {
  try {
    return JSON.stringify({ ...facts, body });
  } catch {
    // A body that is no JSON stays behind.
    return JSON.stringify(facts);
  }
}

/** Returns the error of the message that BullMQ has stored: of workers of this package, or of others. */
export function unpackedFailure(stored: string): unknown {
  const at = stored.lastIndexOf(MARK);
  const message = at < 0 ? stored : stored.slice(0, at);
  return restoredReason({ ...factsIn(stored, at), message });
}

function factsIn(stored: string, at: number): object {
  // A worker that is gone may have done the work: the name says so to the rules of retries.
  if (at < 0) return stored.startsWith("job stalled") ? { name: "TimeoutError" } : {};
  try {
    return Object(JSON.parse(stored.slice(at + MARK.length)));
  } catch {
    return {};
  }
}

/** Returns whether a server has refused a call because there are too many. */
export const isThrottled = (reason: unknown): boolean => THROTTLING.includes(property(reason, "status"));
