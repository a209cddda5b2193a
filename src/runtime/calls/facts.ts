// Reads the facts of any error: our own, and those of fetch wrappers and SDKs. Decides nothing.

import { classifyFailure } from "../../../pkg/sluicegate.js";
import { engine } from "../engine.ts";
import { isObject, property } from "../values.ts";
import { parsedBody } from "./bodies.ts";
import { headerOf } from "./headers.ts";
import { hintOf } from "./wait-hint.ts";

/** Number of causes that are followed. */
const DEPTH = 5;
/** Properties in which errors keep their cause. */
const CAUSES = ["cause", "context", "originalError", "error"];

/** The facts that an error has. */
export interface Facts {
  readonly status: number | undefined;
  readonly body: unknown;
  /** A `Headers`, or a plain object. */
  readonly headers: unknown;
}

/** Returns the error and its causes, the outermost first. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at: unknown = error; isObject(at) && chain.length < DEPTH && !chain.includes(at); ) {
    chain.push(at);
    at = CAUSES.map((name) => property(at, name)).find(isObject);
  }
  return chain.length > 0 ? chain : [error];
}

const numberIn = (value: unknown, name: string): number | undefined => {
  const number = property(value, name);
  // 0 is how some say that there was no reply.
  return typeof number === "number" && Number.isInteger(number) && number !== 0 ? number : undefined;
};

/** Returns the status of an error, by any of the usual names. */
function statusIn(error: unknown): number | undefined {
  const response = property(error, "response");
  return (
    numberIn(error, "status") ??
    numberIn(error, "statusCode") ??
    numberIn(response, "status") ??
    numberIn(response, "statusCode") ??
    numberIn(property(error, "$metadata"), "httpStatusCode")
  );
}

/** Returns the body that one error of a chain brings: parsed where it is the text of an object. */
function bodyIn(error: unknown): unknown {
  const response = property(error, "response");
  const own = property(error, "body");
  // Google's SDK knows the body as its message.
  const texts = [property(response, "body"), property(error, "responseBody"), property(error, "message")];
  const bodies = [own, property(error, "data"), property(response, "data"), property(error, "error"), ...texts];
  const read = bodies.map((body) => (typeof body === "string" && body.startsWith("{") ? parsedBody(body) : body));
  return read.find(isBody) ?? (isStream(own) ? undefined : own);
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);
const isStream = (value: unknown): boolean => tagOf(value) === "[object ReadableStream]";
/** Not what has not been read yet. */
const isBody = (value: unknown): boolean => isObject(value) && !isStream(value) && !(value instanceof Error);

/** Reads a failure without throwing. */
export function factsOf(error: unknown): Facts {
  for (const one of chainOf(error)) {
    const status = statusIn(one);
    if (status === undefined) continue;
    const response = property(one, "response");
    const headers = [
      property(one, "headers"),
      property(one, "responseHeaders"),
      property(response, "headers"),
      property(property(one, "$response"), "headers"),
    ].find(isObject);
    return { status, body: bodyIn(one), headers };
  }
  return { status: undefined, body: undefined, headers: undefined };
}

/** Returns the verdict of the default rules on an error. */
export function verdictOf(error: unknown): number {
  const { status, body, headers } = factsOf(error);
  const texts = chainOf(error).flatMap((one) => ["name", "message", "code"].map((name) => textIn(one, name)));
  return classifyFailure(status ?? NaN, retryableIn(body, headers), [codeIn(body), ...texts].join("\0"));
}

/** Returns whether an error cools the limiter. */
export function isThrottling(error: unknown): boolean {
  const { status } = factsOf(error);
  return status !== undefined && engine.engine_is_throttling(status) !== 0;
}

/** Returns the wait hint of an error, in milliseconds. */
export function retryAfterOf(error: unknown): number | undefined {
  const own = property(error, "retryAfter");
  if (typeof own === "number") return own >= 0 ? own : undefined;
  const { status, body, headers } = factsOf(error);
  return status === undefined ? undefined : hintOf(status, headers, body);
}

const textIn = (value: unknown, name: string): string => {
  const text = property(value, name);
  return typeof text === "string" ? text.replaceAll("\0", " ") : "";
};

/** Reads a field of a body, or of the `error` in it. */
function codeIn(body: unknown): string {
  const parts = [property(body, "error"), body];
  const names = ["code", "errorCode", "type"];
  return parts.flatMap((part) => names.map((name) => textIn(part, name))).find((text) => text !== "") ?? "";
}

function retryableIn(body: unknown, headers: unknown): number {
  const flag = property(body, "isRetryable");
  if (typeof flag === "boolean") return Number(flag);
  const header = headerOf(headers, "x-should-retry");
  return header === "true" ? 1 : header === "false" ? 0 : NaN;
}
