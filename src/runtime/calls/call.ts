// One request of a backend, repeated while its failures allow it.

import { callPhase as verb } from "../../../pkg/sluicegate.js";
import type { TaskContext } from "../context.ts";
import { openOne } from "../modes/one.ts";
import { functionOr, optionsOf, runOptions, textNamed } from "../options.ts";
import { badOption, isObject } from "../values.ts";
import { type Request, readReply } from "./reply.ts";

/** A request, the same for all attempts. */
interface Call extends Request {
  readonly headers: unknown;
  readonly idempotencyKey: string | undefined;
  /** Written once, so that every attempt sends the same. */
  readonly body: string | undefined;
  readonly fetch: ((url: string | URL, init: RequestInit) => PromiseLike<Response>) | undefined;
  /** Whether the present attempt has left the page. */
  wasSent: boolean;
}

const WITHOUT_BODY = ["GET", "HEAD"];
/** Methods that may be repeated, because they change nothing. */
const SAFE = ["GET", "HEAD", "OPTIONS"];

export function callPhase(url: unknown, body: unknown, given: unknown): Promise<unknown> {
  const call = readCall(url, body, given);
  const { signal, timeout, totalTimeout, limiter, retry = {}, resend = "keyed" } = optionsOf(given);
  if (resend !== "keyed" && resend !== "always") throw badOption("resend", '"keyed" or "always"', resend);
  const { idempotencyKey, method } = call;
  return openOne(
    {
      options: runOptions({ signal, timeout, totalTimeout, limiter, retry }),
      isKeyed: idempotencyKey !== undefined || resend === "always" || SAFE.includes(method),
      ...(idempotencyKey !== undefined && { givenKey: idempotencyKey }),
      wasSent: () => call.wasSent,
      call: (context) => attempt(call, context),
    },
    verb,
  );
}

function readCall(url: unknown, body: unknown, given: unknown): Call {
  // Not by instanceof: a URL of another realm is one as well.
  if (typeof url !== "string" && typeof (url as URL | undefined)?.href !== "string") {
    throw badOption("url", "a string or a URL", url);
  }
  const { method: verb = "POST", headers, idempotencyKey, fetch } = optionsOf(given);
  const method = textNamed("method", verb).toUpperCase();
  if (idempotencyKey !== undefined) textNamed("idempotencyKey", idempotencyKey);
  if (headers !== undefined && typeof headers !== "function" && !isObject(headers)) {
    throw badOption("headers", "an object or a function", headers);
  }
  functionOr("fetch", fetch);
  if (body !== undefined && WITHOUT_BODY.includes(method)) {
    throw badOption("body", "undefined where the method is GET or HEAD", body);
  }
  return {
    url: url as string | URL,
    method,
    headers,
    idempotencyKey: idempotencyKey as string | undefined,
    body: textOfBody(body),
    fetch: fetch as Call["fetch"],
    wasSent: false,
  };
}

/** Bodies that JSON would make nothing of. */
const NO_JSON = /^\[object (ArrayBuffer|Blob|File|FormData|ReadableStream|URLSearchParams)\]$/;

function textOfBody(body: unknown): string | undefined {
  if (body === undefined) return undefined;
  const text = NO_JSON.test(Object.prototype.toString.call(body)) ? undefined : JSON.stringify(body);
  if (text === undefined) throw badOption("body", "what JSON can say", body);
  return text;
}

/** Sends the request once. Headers are asked for anew, so that a token never goes stale. */
async function attempt(call: Call, { signal }: TaskContext): Promise<unknown> {
  call.wasSent = false;
  const { url, method, body, idempotencyKey } = call;
  const given = typeof call.headers === "function" ? await call.headers() : call.headers;
  const headers = new Headers(isObject(given) ? (given as HeadersInit) : undefined);
  if (body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
  if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey);
  // It may have taken so long to get here that nobody waits for it any more.
  if (signal.aborted) throw signal.reason;
  call.wasSent = true;
  const init: RequestInit = { method, headers, signal, ...(body !== undefined && { body }) };
  const response = await (call.fetch ? call.fetch(url, init) : globalThis.fetch(url, init));
  return readReply(call, response);
}
