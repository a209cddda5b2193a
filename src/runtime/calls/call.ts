// `callPhase`: a request with retries.

import { callPhase as verb } from "../../../pkg/sluicegate.js";
import { inZone } from "../async-context.ts";
import { TaskContext } from "../context.ts";
import { CALL_OPTIONS, refuseUnknown } from "../known-options.ts";
import { openOne } from "../modes/one.ts";
import {
  type AnyFunction,
  DEFAULT_POLICY,
  functionOr,
  limiters,
  optionsOf,
  runOptions,
  textNamed,
} from "../options.ts";
import * as table from "../table.ts";
import { badOption, isObject, property } from "../values.ts";
import { type Body, bodyOf } from "./body.ts";
import { ACCEPT, type OnEvent, readEvents } from "./events.ts";
import { headersOf } from "./headers.ts";
import { type Read, type Request, readReply } from "./reply.ts";
import { type Parts, partsOf } from "./stream.ts";
import { keepHint } from "./wait-hint.ts";

/** A request, the same for all attempts. */
interface Call extends Request {
  readonly headers: unknown;
  readonly idempotencyKey: string | undefined;
  readonly keyHeader: string;
  readonly body: Body;
  readonly init: RequestInit;
  readonly fetch: ((url: string | URL, init: RequestInit) => PromiseLike<Response>) | undefined;
  readonly check: AnyFunction | undefined;
  readonly read: Read;
  readonly onEvent: OnEvent | undefined;
  /** Whether an idle timeout needs signs of life. */
  readonly isWatched: boolean;
  /** Whether the request of the present attempt has left the page. */
  wasSent: boolean;
  /** Whether the request has an idempotency key: an option, or one of its headers. */
  hasKey: boolean;
}

const WITHOUT_BODY = ["GET", "HEAD"];
/** Statuses of replies without a body. */
const WITHOUT_REPLY_BODY = [204, 205, 304];
const READS = ["json", "text", "blob", "arrayBuffer"];

export function callPhase(url: unknown, body: unknown, given: unknown): Promise<unknown> {
  refuseUnknown(optionsOf(given), CALL_OPTIONS);
  if (given === undefined) refuseOptionsAsBody(body);
  const call = readCall(url, body, given);
  const options = optionsOf(given);
  const { signal, timeout, idleTimeout, totalTimeout, limiter, waitOnline } = options;
  const { retry = DEFAULT_POLICY, resend = "keyed" } = options;
  if (resend !== "keyed" && resend !== "always") throw badOption("resend", '"keyed" or "always"', resend);
  const { idempotencyKey, method } = call;
  const constant =
    (resend === "always" ? table.FACT_RESENDS : 0) | (table.SAFE_METHODS.includes(method) ? table.FACT_SAFE_METHOD : 0);
  return openOne(
    {
      options: runOptions({ signal, timeout, idleTimeout, totalTimeout, limiter, waitOnline, retry }),
      facts: () => constant | (call.hasKey ? table.FACT_KEYED : 0) | (call.wasSent ? table.FACT_SENT : 0),
      ...(idempotencyKey !== undefined && { givenKey: idempotencyKey }),
      call: (context) => attempt(call, context),
    },
    verb,
  );
}

/** Refuses options in the place of the body. Only fields that no body has by chance count as options. */
function refuseOptionsAsBody(body: unknown): void {
  if (!isObject(body)) return;
  const entries = Object.entries(body);
  const isOption = ([name, value]: [string, unknown]) =>
    typeof value === "function" ||
    (name === "signal" && Object.prototype.toString.call(value) === "[object AbortSignal]") ||
    (name === "limiter" && isObject(value) && limiters.has(value)) ||
    (name === "retry" && isObject(value));
  if (entries.every(([name]) => CALL_OPTIONS.includes(name)) && entries.some(isOption)) {
    throw new TypeError("`body` looks like the options: they are the third argument, `callPhase(url, body, options)`");
  }
}

function readCall(url: unknown, body: unknown, given: unknown): Call {
  // Not by instanceof, because of other realms.
  if (typeof url !== "string" && typeof (url as URL | undefined)?.href !== "string") {
    throw badOption("url", "a string or a URL", url);
  }
  const options = optionsOf(given);
  const { method: verb = "POST", headers, idempotencyKey, keyHeader = "Idempotency-Key", read = "json" } = options;
  const method = textNamed("method", verb).toUpperCase();
  if (idempotencyKey !== undefined && !/^[\x20-\x7e\xa0-\xff]+$/.test(textNamed("idempotencyKey", idempotencyKey))) {
    throw badOption("idempotencyKey", "a string that a header can hold (Latin-1)", idempotencyKey);
  }
  if (headers !== undefined && typeof headers !== "function") headersOf(headers);
  if (typeof read !== "function" && !READS.includes(read as string)) {
    throw badOption("read", '"json", "text", "blob", "arrayBuffer" or a function', read);
  }
  const onEvent = functionOr("onEvent", options.onEvent) as OnEvent | undefined;
  if (onEvent && options.read !== undefined) throw badOption("read", "undefined where there is an `onEvent`", read);
  if (body !== undefined && WITHOUT_BODY.includes(method)) {
    throw badOption("body", "undefined where the method is GET or HEAD", body);
  }
  const header = textNamed("keyHeader", keyHeader);
  return {
    url: url as string | URL,
    method,
    headers,
    idempotencyKey: idempotencyKey as string | undefined,
    keyHeader: header,
    body: bodyOf(body),
    init: optionsOf(options.init, "init"),
    fetch: functionOr("fetch", options.fetch) as Call["fetch"],
    check: functionOr("check", options.check),
    read: read as Read,
    onEvent,
    isWatched: options.idleTimeout !== undefined,
    wasSent: false,
    hasKey: idempotencyKey !== undefined || (typeof headers === "object" && headersOf(headers).has(header)),
  };
}

/** Sends the request once. Each attempt calls `headers`, so that a token never goes stale. */
async function attempt(call: Call, context: TaskContext): Promise<unknown> {
  const { signal, attempt: number } = context;
  const inContext = inZone();
  call.wasSent = false;
  const { url, method, body, idempotencyKey, keyHeader } = call;
  if (body.isStream && number > 1) throw new TypeError("a ReadableStream can be sent but once: give a Blob or a text");
  const headers = headersOf(typeof call.headers === "function" ? await call.headers() : call.headers);
  if (body.type && !headers.has("content-type")) headers.set("content-type", body.type);
  if (call.onEvent && !headers.has("accept")) headers.set("accept", ACCEPT);
  if (idempotencyKey !== undefined) headers.set(keyHeader, idempotencyKey);
  call.hasKey = headers.has(keyHeader);
  const marks = TaskContext.marks(context);
  if (marks) await marks;
  // Until here the attempt may have ended.
  if (signal.aborted) throw signal.reason;
  call.wasSent = true;
  const { content } = body;
  const streaming = body.isStream ? { duplex: "half" } : {};
  const init: RequestInit = { ...call.init, ...streaming, method, headers, signal };
  if (content !== undefined) init.body = content;
  const response = await inContext(call.fetch ?? globalThis.fetch, url, init);
  const reply = await inContext(read, call, response, context);
  if (call.check) inContext(call.check, reply, response);
  keepHint(reply, response.headers);
  return reply;
}

async function read(call: Call, response: Response, context: TaskContext): Promise<unknown> {
  const whole = () => readWhole(call, response, context);
  return call.onEvent ? readEvents(call, response, call.onEvent, context, whole) : whole();
}

async function readWhole(call: Call, response: Response, context: TaskContext): Promise<unknown> {
  const parts = call.isWatched || call.onEvent ? partsFor(response, context) : undefined;
  try {
    return await readReply(call, parts ? rebuilt(response, parts) : response, call.read);
  } finally {
    parts?.leave();
  }
}

/** Returns the parts of a reply, whose arrival is a sign of life; `undefined` if it has no body. */
function partsFor(response: Response, context: TaskContext): Parts | undefined {
  TaskContext.touch(context);
  // node-fetch has an empty stream where the platform has none.
  if (WITHOUT_REPLY_BODY.includes(property(response, "status") as number)) return undefined;
  return partsOf(property(response, "body"), context);
}

/** Returns the same reply with a body of these parts. */
function rebuilt(response: Response, parts: Parts): Response {
  const pull = async (out: ReadableStreamDefaultController) => {
    const part = await parts.next();
    if (part) out.enqueue(part);
    else out.close();
  };
  const { status, statusText, headers, url, redirected, type } = response;
  const reply = new Response(new ReadableStream({ pull, cancel: parts.cancel }), { status, statusText, headers });
  const others = Object.entries({ url, redirected, type }).map(([name, value]) => [name, { value }]);
  return Object.defineProperties(reply, Object.fromEntries(others));
}
