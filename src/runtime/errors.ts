// The errors of sluicegate.

import { BaseHttpError, BaseRetryError, shareClass } from "./base-errors.ts";
import { messageIn, parsedBody, pathOf } from "./calls/bodies.ts";
import { factsOf, retryAfterOf } from "./calls/facts.ts";
import { hintOf } from "./calls/wait-hint.ts";
import type { Response } from "./platform.ts";
import { badOption, property } from "./values.ts";

export { ContinuationError } from "./base-errors.ts";

/** A failed reply: its status is not 200 to 299, or its body cannot be read. */
export class HttpError extends BaseHttpError {
  static {
    shareClass(HttpError, "HttpError");
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

/** More than one attempt was made, and all failed. `cause` is the last failure, `errors` are all of them. */
export class RetryError extends BaseRetryError {
  static {
    shareClass(RetryError, "RetryError");
  }

  constructor(errors: unknown[]) {
    const last = errors.at(-1);
    const { status, body } = factsOf(last);
    super(errors, { status, body, retryAfter: retryAfterOf(last) });
  }
}
