// What clients see of failures.

import type { WireError, WireReason } from "../remote/wire.ts";
import { isObject, property, textOf } from "../runtime/values.ts";

/** The fields of an error that are sent. Its stack and its cause are not. */
const FIELDS = ["status", "code", "body", "retryAfter", "key"] as const;

/** Returns a value as JSON has it; `undefined` if it has none. */
function asJson(value: unknown): unknown {
  try {
    const text = JSON.stringify(value);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isError = (value: unknown): value is object =>
  value instanceof Error || (isObject(value) && typeof property(value, "message") === "string");

/** Returns a reason as clients get it. */
export function wireReason(reason: unknown): WireReason {
  if (!isError(reason)) return { value: asJson(reason) };
  const error: Record<string, unknown> = {
    name: textOf(property(reason, "name") ?? "Error"),
    message: textOf(property(reason, "message")),
  };
  for (const name of FIELDS) {
    const value = asJson(property(reason, name));
    if (value !== undefined && value !== null) error[name] = value;
  }
  const errors = property(reason, "errors");
  if (Array.isArray(errors)) error.errors = errors.map(wireReason);
  return { error: error as WireError };
}
