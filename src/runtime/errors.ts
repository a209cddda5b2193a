// The errors of sluicegate.

import { messageIn, parsedBody, pathOf } from "./calls/bodies.ts";
import { factsOf, retryAfterOf } from "./calls/facts.ts";
import { hintOf } from "./calls/wait-hint.ts";
import type { Headers, Response } from "./platform.ts";
import { badOption, property, textOf } from "./values.ts";

/** A failed reply: its status is not 200 to 299, or its body cannot be read. */
export class HttpError extends Error {
  override readonly name = "HttpError" as const;
  readonly status: number;
  /** The parsed JSON, or else the text. */
  readonly body: unknown;
  readonly headers: Headers;
  /** Wait hint of the server in milliseconds: from Retry-After, quota headers, or the body. */
  readonly retryAfter: number | undefined;

  constructor(message: string, status: number, body: unknown, headers: Headers, retryAfter?: number) {
    super(message);
    this.status = status;
    this.body = body;
    this.headers = headers;
    this.retryAfter = retryAfter;
  }

  /** Creates an error from a Response that is not ok: for tasks that call `fetch` themselves. */
  static async from(response: Response): Promise<HttpError> {
    if (typeof property(response, "text") !== "function") throw badOption("response", "a Response", response);
    const { status, headers, url } = response;
    const body = parsedBody(await response.text());
    const message = `${pathOf(url) || "The server"} answered ${status}${messageIn(body)}`;
    return new HttpError(message, status, body, headers, hintOf(status, headers, body));
  }
}

/** A chunk without a usable continuation: going on would repeat or skip chunks, or never end. */
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
  /** Wait hint of the last failure, in milliseconds. */
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
