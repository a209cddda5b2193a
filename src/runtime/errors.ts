// The errors of sluicegate.

import { parsedBody, pathOf, saidIn } from "./calls/bodies.ts";
import { factsOf, retryAfterOf } from "./calls/facts.ts";
import { hintOf } from "./calls/wait-hint.ts";
import { badOption, property, textOf } from "./values.ts";

/** A reply that is no success: its status is not 200 to 299, or its body cannot be read. */
export class HttpError extends Error {
  override readonly name = "HttpError" as const;
  readonly status: number;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
  readonly headers: Headers;
  /** How long the server asks to wait, in milliseconds: from Retry-After, quota headers or hints in the body. */
  readonly retryAfter: number | undefined;

  constructor(message: string, status: number, body: unknown, headers: Headers, retryAfter?: number) {
    super(message);
    this.status = status;
    this.body = body;
    this.headers = headers;
    this.retryAfter = retryAfter;
  }

  /** Reads the body and the wait hint of a Response that is not ok: for a fetch of one's own. */
  static async from(response: Response): Promise<HttpError> {
    if (typeof property(response, "text") !== "function") throw badOption("response", "a Response", response);
    const { status, headers, url } = response;
    const body = parsedBody(await response.text());
    const message = `${pathOf(url) || "The server"} answered ${status}${saidIn(body)}`;
    return new HttpError(message, status, body, headers, hintOf(status, headers, body));
  }
}

/** A chunk's reply that cannot be followed: going on would repeat a chunk, skip some, or never end. */
export class ContinuationError extends Error {
  override readonly name = "ContinuationError" as const;
  /** The reply. */
  readonly chunk: unknown;

  constructor(message: string, chunk: unknown) {
    super(message);
    this.chunk = chunk;
  }
}

/** More than one attempt was made, and all failed. `cause` is the last failure, `errors` are all of them. */
export class RetryError extends AggregateError {
  override readonly name = "RetryError" as const;
  /** Number of attempts made. */
  readonly attempts: number;
  /** Status of the last failure, if it has one. */
  readonly status: number | undefined;
  /** Body of the last failure, if it has one. */
  readonly body: unknown;
  /** How long the server asked to wait after the last failure, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(errors: unknown[]) {
    const last = errors.at(-1);
    const message = textOf(property(last, "message") ?? last);
    super(errors, `${errors.length} attempts failed, the last with: ${message}`, { cause: last });
    this.attempts = errors.length;
    const { status, body } = factsOf(last);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfterOf(last);
  }
}
