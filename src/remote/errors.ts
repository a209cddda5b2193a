// Failures from the wire, as errors of the platform and of the package.

import { BaseHttpError, BaseRetryError, ContinuationError } from "../runtime/base-errors.ts";
import { isObject } from "../runtime/values.ts";
import type { WireError, WireReason } from "./wire.ts";

type Create = (message: string, error: WireError) => Error;

/** The fields that an error keeps, if its class does not set them. */
const FIELDS = ["status", "code", "body", "retryAfter", "key"] as const;

const PLATFORM: Record<string, new (message: string) => Error> = {
  ...{ Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError },
};

const failuresOf = ({ errors = [] }: WireError): unknown[] => errors.map(revived);

const CLASSES: Record<string, Create> = {
  AggregateError: (message, error) => new AggregateError(failuresOf(error), message),
  RetryError: (_, error) => new BaseRetryError(failuresOf(error), error as object),
  ContinuationError: (message) => new ContinuationError(message, undefined),
  HttpError: (message, { status, body, retryAfter }) =>
    new BaseHttpError(
      message,
      Number(status),
      body,
      new Headers(),
      typeof retryAfter === "number" ? retryAfter : undefined,
    ),
};

/** Names of errors that the platform throws as a DOMException. */
const DOM = ["AbortError", "TimeoutError", "NetworkError", "QuotaExceededError", "DataCloneError", "InvalidStateError"];

/** Returns what was thrown on the server. */
export function revived(reason: WireReason | undefined): unknown {
  if (!reason || !("error" in reason)) return reason?.value;
  const { error } = reason;
  const { name, message } = error;
  const made = create(name, message, error);
  for (const field of FIELDS) {
    if (error[field] === undefined || field in made) continue;
    Object.defineProperty(made, field, { value: error[field], enumerable: true });
  }
  return made;
}

function create(name: string, message: string, error: WireError): Error {
  if (DOM.includes(name) && typeof DOMException === "function") return new DOMException(message, name);
  const special = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (special) return special(message, error);
  const Class = (Object.hasOwn(PLATFORM, name) && PLATFORM[name]) || Error;
  const made = new Class(message);
  if (made.name !== name) Object.defineProperty(made, "name", { value: name, configurable: true });
  return made;
}

/** Returns a reason to be sent. */
export function toWire(reason: unknown): WireReason {
  if (!isObject(reason) || !("message" in reason)) return { value: reason };
  const { name = "Error", message } = reason as { name?: unknown; message: unknown };
  return { error: { name: String(name), message: String(message) } };
}
