import { HttpError, RetryError } from "sluicegate";

/** A failure in words for a person: the server's own where it had any. */
export interface Failure {
  readonly message: string;
  readonly hint: string | undefined;
}

interface ErrorBody {
  readonly error?: unknown;
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
    return { message: "The server took too long to answer.", hint: undefined };
  }
  if (error instanceof TypeError) {
    return { message: "The server could not be reached.", hint: "Is it running, and is this machine online?" };
  }
  return { message: error instanceof Error ? error.message : String(error), hint: undefined };
}

function fromReply({ status, body }: HttpError): Failure {
  const { error, creditsRequired, creditsBalance } = (body ?? {}) as ErrorBody;
  const message = typeof error === "string" && error !== "" ? error : `The server answered with ${status}.`;
  // Most servers say it in their own words already.
  const hasNumbers = typeof creditsRequired === "number" && !message.includes(String(creditsRequired));
  const balance = typeof creditsBalance === "number" ? `; there are ${creditsBalance}` : "";
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
