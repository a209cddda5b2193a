// Types for the errors of src/bridge/errors.js.

import * as errors from "../bridge/errors.js";

/** A reply that is no success: its status is not 200..299, or its body is not JSON. */
export interface HttpError extends Error {
  readonly name: "HttpError";
  readonly status: number;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
  readonly headers: Headers;
  /** Milliseconds, from Retry-After (seconds or date), retry-after-ms, RateLimit-Reset, or hints in the body. */
  readonly retryAfter: number | undefined;
}
export const HttpError = errors.HttpError as unknown as {
  new (message: string, status: number, body: unknown, headers: Headers, retryAfter?: number): HttpError;
  readonly prototype: HttpError;
};

/** A chunk's reply that cannot be followed: going on would repeat a chunk, skip some, or never end. */
export interface ContinuationError extends Error {
  readonly name: "ContinuationError";
  /** The reply. */
  readonly chunk: unknown;
}
export const ContinuationError = errors.ContinuationError as unknown as {
  new (message: string, chunk: unknown): ContinuationError;
  readonly prototype: ContinuationError;
};

/** More than one attempt was made and all failed. `cause` is the last failure, `errors` are all of them. */
export interface RetryError extends AggregateError {
  readonly name: "RetryError";
  readonly attempts: number;
}
export const RetryError = errors.RetryError as unknown as {
  new (errors: unknown[]): RetryError;
  readonly prototype: RetryError;
};
