// The errors of sluicegate, as far as they need no engine. `sluicegate/remote` has a copy of them, so that a page that
// only watches runs on a server does not download the engine.

import type { Headers } from "./platform.ts";
import { isObject, property, textOf } from "./values.ts";

/** Lets `instanceof` find the errors of this class, and of its copies in other entries. Subclasses are as usual. */
export function shareClass(Class: new (...args: never[]) => Error, name: string): void {
  const mark = Symbol.for(`sluicegate.${name}`);
  Object.defineProperty(Class.prototype, mark, { value: true });
  Object.defineProperty(Class, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== Class) return Function.prototype[Symbol.hasInstance].call(this as typeof Class, value);
      return isObject(value) && mark in value;
    },
  });
}

/** A failed reply: its status is not 200 to 299, or its body cannot be read. */
export class BaseHttpError extends Error {
  static {
    shareClass(BaseHttpError, "HttpError");
  }
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
}

/** A chunk without a usable continuation: going on would repeat or skip chunks, or never end. */
export class ContinuationError extends Error {
  static {
    shareClass(ContinuationError, "ContinuationError");
  }
  override readonly name = "ContinuationError" as const;
  /** The reply. */
  readonly chunk: unknown;

  constructor(message: string, chunk: unknown) {
    super(message);
    this.chunk = chunk;
  }
}

/** More than one attempt was made, and all failed. `cause` is the last failure, `errors` are all of them. */
export class BaseRetryError extends AggregateError {
  static {
    shareClass(BaseRetryError, "RetryError");
  }
  override readonly name = "RetryError" as const;
  /** Number of attempts made. */
  readonly attempts: number;
  /** Status of the last failure, if it has one. */
  readonly status: number | undefined;
  /** Body of the last failure, if it has one. */
  readonly body: unknown;
  /** Wait hint of the last failure, in milliseconds. */
  readonly retryAfter: number | undefined;

  /** The facts are those of the last failure. */
  constructor(
    errors: unknown[],
    { status, body, retryAfter }: { status?: number | undefined; body?: unknown; retryAfter?: number | undefined },
  ) {
    const last = errors.at(-1);
    const message = textOf(property(last, "message") ?? last);
    super(errors, `${errors.length} attempts failed, the last with: ${message}`, { cause: last });
    this.attempts = errors.length;
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}
