// The errors of sluicegate. In JavaScript, because they extend the platform's and have to exist before the engine is loaded.

/** A reply that is no success: its status is not 200 to 299, or its body cannot be read. */
export class HttpError extends Error {
  constructor(message, status, body, headers, retryAfter) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.body = body;
    this.headers = headers;
    this.retryAfter = retryAfter;
  }
}

/** A chunk's reply that cannot be followed without repeating, skipping or never ending. */
export class ContinuationError extends Error {
  constructor(message, chunk) {
    super(message);
    this.name = "ContinuationError";
    this.chunk = chunk;
  }
}

/** More than one attempt was made, and all failed. */
export class RetryError extends AggregateError {
  constructor(errors) {
    const last = errors[errors.length - 1];
    super(errors, `${errors.length} attempts failed, the last with: ${textOf(property(last, "message") ?? last)}`, {
      cause: last,
    });
    this.name = "RetryError";
    this.attempts = errors.length;
  }
}

/** Whatever was thrown, it is read without harm. */
export function property(thrown, name) {
  try {
    return thrown?.[name];
  } catch {
    return undefined;
  }
}

/** As text, whatever it is. */
export function textOf(value) {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

/** An argument that cannot be used, by its name and the value received. */
export function badOption(name, expected, value) {
  return new TypeError(
    `\`${name}\` must be ${expected}, got ${typeof value === "string" ? JSON.stringify(value) : show(value)}`,
  );
}

function show(value) {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return textOf(value);
  return Array.isArray(value) ? "an array" : "an object";
}

/** For what user callbacks throw: it is shown, and harms nothing. */
export const reportUncaught = (error) =>
  typeof reportError === "function" ? reportError(error) : console.error(error);
