// Requests to the server of a run, and when they are sent again. The rules of the engine for calls stay out of it, so
// that a page that only watches runs does not download the engine: the only server here is that of `sluicegate/server`.

import type { RemoteOptions } from "../npm/remote.ts";
import type { InContext } from "../runtime/async-context.ts";
import { BaseHttpError, BaseRetryError } from "../runtime/base-errors.ts";
import { messageIn, parsedBody, pathOf } from "../runtime/calls/bodies.ts";
import { headersOf } from "../runtime/calls/headers.ts";
import { property, textOf } from "../runtime/values.ts";

/** Number of attempts of a start or a command, over half a minute. */
const ATTEMPTS = 6;
/** Waits before another attempt, in milliseconds: the first doubles up to the longest. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** Longest wait hint of a server that is obeyed, in milliseconds. A longer one counts as this one. */
const LONGEST_HINT = 600_000;

/** Statuses of 400 to 499 after which another attempt may help. */
const PASSING: readonly number[] = [408, 425, 429];

/** The part of a request that the options of the user do not set. */
export interface Asked {
  readonly method: "GET" | "POST";
  /** JSON. */
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The reply does not come from `serveRuns`. Another attempt would get the same one. */
export class NotARunError extends TypeError {}

/** The request cannot be sent: a header is invalid, or the input is not JSON. */
class UnsendableError extends TypeError {}

/** A change cannot be applied. The whole state can be asked for. */
export class BadChangeError extends Error {}

/** Returns whether another attempt would fail as this one did. Failures without a status are those of the network. */
export const isFinal = (error: unknown): boolean =>
  error instanceof NotARunError ||
  error instanceof UnsendableError ||
  (error instanceof BaseHttpError && error.status < 500 && !PASSING.includes(error.status));

/**
 * Returns the wait after a number of failures in a row. Half of it is random, so that clients that lost their server
 * together do not come back together.
 */
export function waitAfter(failures: number, error: unknown): number {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1));
  const hint = property(error, "retryAfter");
  return Math.min(typeof hint === "number" ? hint : 0, LONGEST_HINT) + wait * (0.5 + Math.random());
}

/** Sends a request once. Rejects with an HttpError if the reply is no success. */
export async function send(url: string, asked: Asked, options: RemoteOptions, inContext: InContext): Promise<Response> {
  const { method, body, signal } = asked;
  const given: unknown = typeof options.headers === "function" ? await inContext(options.headers) : options.headers;
  const headers = sendable("headers", () => headersOf(given));
  for (const [name, value] of Object.entries(asked.headers)) if (value !== undefined) headers.set(name, value);
  signal.throwIfAborted();
  const init: RequestInit = { ...(options.init as RequestInit), method, headers, signal };
  if (body !== undefined) {
    headers.set("content-type", "application/json");
    init.body = sendable("what is sent", () => JSON.stringify(body));
  }
  const response = (await inContext(options.fetch ?? globalThis.fetch, url, init)) as Response;
  if (response.ok) return response;
  const failure = parsedBody(await response.text());
  const message = `${method} ${pathOf(url)} answered ${response.status}${messageIn(failure)}`;
  throw new BaseHttpError(message, response.status, failure, response.headers, hintOf(response.headers));
}

function sendable<R>(what: string, make: () => R): R {
  try {
    return make();
  } catch (error) {
    const message = textOf(property(error, "message"));
    throw new UnsendableError(`${what} cannot be sent: ${message}`, { cause: error });
  }
}

/** Reads Retry-After: seconds, or a date. Returns milliseconds. */
function hintOf(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  const wait = /^\d+$/.test(text) ? 1_000 * Number(text) : Date.parse(text) - Date.now();
  return wait >= 0 ? wait : undefined;
}

/** Resolves to the JSON of a success; `undefined` if it has none. Rejects if it is cut: it is to be asked for again. */
export const jsonOf = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  const body = parsedBody(text);
  if (typeof body !== "string") return body;
  if (/json/i.test(response.headers.get("content-type") ?? "")) JSON.parse(text);
  return undefined;
};

/** Settles as a promise does, or rejects when the signal aborts. Functions of the user may ignore the signal. */
export function abortable<R>(signal: AbortSignal, promise: Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).then(() => signal.removeEventListener("abort", abort));
  });
}

/** Calls a function until it does not fail. Rejects with a RetryError after the last of several attempts. */
export async function repeated<R>(call: () => Promise<R>, signal: AbortSignal): Promise<R> {
  const errors: unknown[] = [];
  for (;;) {
    try {
      await online(signal);
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error) && errors.length === 0) throw error;
      errors.push(error);
      if (isFinal(error) || errors.length === ATTEMPTS) throw new BaseRetryError(errors, Object(error));
      await pause(waitAfter(errors.length, error), signal);
    }
  }
}

/** Waits, less if the network comes back. Rejects when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return waited(signal, (end) => {
    const timer = setTimeout(end, ms);
    return () => clearTimeout(timer);
  });
}

/** Resolves when the browser does not say that it is offline. Node.js says nothing. */
export function online(signal: AbortSignal): Promise<void> {
  if (property(globalThis.navigator, "onLine") !== false) return Promise.resolve();
  return waited(signal, () => () => {});
}

function waited(signal: AbortSignal, begin: (end: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      stop();
      signal.removeEventListener("abort", end);
      globalThis.removeEventListener?.("online", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const stop = begin(end);
    signal.addEventListener("abort", end);
    globalThis.addEventListener?.("online", end);
    if (signal.aborted) end();
  });
}
