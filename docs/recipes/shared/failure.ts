import { HttpError, RetryError } from "sluicegate";

/** Returns the message of a failure for users, with the words of the server if it sent any. */
export interface Failure {
  readonly message: string;
  readonly hint: string | undefined;
}

interface ErrorBody {
  readonly error?: unknown;
  readonly code?: unknown;
  readonly creditsRequired?: unknown;
  readonly creditsBalance?: unknown;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof RetryError) {
    const last = toFailure(error.cause);
    return { message: last.message, hint: [`Tried ${error.attempts} times.`, last.hint].filter(Boolean).join(" ") };
  }
  if (error instanceof HttpError) return fromReply(error);
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return { message: "The server did not reply in time.", hint: undefined };
  }
  if (error instanceof TypeError) {
    return { message: "The server is not reachable.", hint: "Check that it is running and that you are online." };
  }
  return { message: error instanceof Error ? error.message : String(error), hint: undefined };
}

function fromReply({ status, body }: HttpError): Failure {
  const { error, code, creditsRequired, creditsBalance } = (body ?? {}) as ErrorBody;
  const message = typeof error === "string" && error !== "" ? error : `The server returned status ${status}.`;
  if (status === 404 && String(code).startsWith("UNKNOWN_")) {
    const next = code === "UNKNOWN_BOARD" ? "choose “New storyboard”" : "start over";
    const hint = `The server was restarted and has lost this work. Cancel the run if it is paused, and ${next}.`;
    return { message, hint };
  }
  // Most servers say it in their own words already.
  const hasNumbers = typeof creditsRequired === "number" && !message.includes(String(creditsRequired));
  const balance = typeof creditsBalance === "number" ? `; the balance is ${creditsBalance}` : "";
  return { message, hint: hasNumbers ? `This needs ${creditsRequired} credits${balance}.` : undefined };
}

/**
 * Whether every other call would fail in the same way: there is no session, no credit, or nothing left of the day's
 * limit.
 */
export function concernsAll(error: unknown): boolean {
  const last: unknown = error instanceof RetryError ? error.cause : error;
  if (!(last instanceof HttpError)) return false;
  return (
    last.status === 401 ||
    last.status === 402 ||
    (last.body as { code?: unknown } | undefined)?.code === "DAILY_LIMIT_REACHED"
  );
}
