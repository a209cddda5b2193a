// Reads wait hints of servers. Rust decides what counts as a hint.

import { waitHint } from "../../../pkg/sluicegate.js";
import { load } from "../engine.ts";
import { WAIT_HINT_HEADERS } from "../table.ts";
import { isObject, property } from "../values.ts";
import { headerOf } from "./headers.ts";

/** Returns the wait hint of a reply, in milliseconds. */
export function hintOf(status: number, headers: unknown, body: unknown): number | undefined {
  // Errors are also made before the first run.
  load();
  const texts = WAIT_HINT_HEADERS.map((name) => headerOf(headers, name) ?? "");
  const [milliseconds, seconds] = [numberIn(body, "retryAfterMs"), numberIn(body, "retry_after_seconds")];
  const hint = waitHint(status, [durationIn(body), ...texts].join("\0"), milliseconds, seconds, Date.now());
  return Number.isNaN(hint) ? undefined : hint;
}

/** Headers of good replies, by reply: the `ask` of a poll returns the reply alone. */
const headersOfReplies = new WeakMap<object, unknown>();

/** Keeps the headers of a good reply, if they say when to ask again. */
export function keepHint(reply: unknown, headers: unknown): void {
  if (isObject(reply) && headerOf(headers, "retry-after") !== undefined) headersOfReplies.set(reply, headers);
}

/** Returns the wait hint of a good reply, in milliseconds. */
export function hintOfReply(reply: unknown): number | undefined {
  return hintOf(GOOD, isObject(reply) ? headersOfReplies.get(reply) : undefined, reply);
}

/** The status with which the hint in a good reply is read. */
const GOOD = 200;

const numberIn = (value: unknown, name: string): number => {
  const number = property(value, name);
  return typeof number === "number" ? number : NaN;
};

/** Reads Google's `error.details[].retryDelay`. */
function durationIn(body: unknown): string {
  const details = property(property(body, "error"), "details");
  if (!Array.isArray(details)) return "";
  const delays = details.map((detail) => property(detail, "retryDelay"));
  return delays.find((delay): delay is string => typeof delay === "string") ?? "";
}
