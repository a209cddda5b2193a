import { HttpError, sendJson } from "./http.mjs";

/** @typedef {import('./http.mjs').Reply} Reply */

/**
 * How a fault is applied to a call, and when: before the work, to the work, during the work, or to the reply.
 * @typedef {object} FaultAction
 * @property {"before" | "work" | "during" | "after"} when
 * @property {boolean} [cuts] whether it destroys the connection
 * @property {string} about
 * @property {(res: Reply, target: Target) => void} apply
 */

/**
 * The call that a fault is applied to.
 * @typedef {object} Target
 * @property {Record<string, unknown>} reply
 * @property {number} wait milliseconds
 * @property {(refusal: HttpError) => Record<string, unknown>} say the body of a refusal, in the format of its endpoint
 */

/** The path to which a call without a session is redirected. */
export const SIGN_IN = "/api/sign-in";

/** In the order of their random draws. */
export const ACTIONS = Object.freeze({
  dropBefore: action("before", "the connection is cut before any work", cut, true),
  unavailable: action("before", "503", (res, { say }) =>
    sendError(res, new HttpError(503, "Authentication is temporarily unavailable", { code: "UNAVAILABLE" }), say),
  ),
  serverError: action("before", "500", (res, { say }) =>
    sendError(res, new HttpError(500, "The generation failed", { code: "INTERNAL" }), say),
  ),
  loseReply: action("after", "the work is done, and the connection is cut instead of a reply", cut, true),
  slow: action("work", "the work takes several times as long", byTheEndpoint),
  dropDuring: action("during", "the connection is cut in the middle of the work, which goes on", cut, true),
  throttled: action("before", "429, with how long to wait", (res, { wait, say }) =>
    sendError(res, tooMany({ wait }), say),
  ),
  redirect: action("before", "sent on to a sign-in page of HTML", redirect),
  gatewayError: action(
    "after",
    "a gateway answers with 502 and no CORS headers, though the work is done",
    answerAsGateway,
  ),
  badJson: action("after", "the reply is no JSON", (res, { reply }) => answerBadly(res, reply)),
  truncated: action("after", "the reply breaks off in the middle", truncate, true),
  empty: action(
    "after",
    "a success without a body",
    (res) => void res.writeHead(200, { "content-length": 0, "cache-control": "no-store" }).end(),
  ),
  late: action("work", "the work is done, and its reply comes late", byTheEndpoint),
});

/** @typedef {keyof typeof ACTIONS} Fault */

export const FAULTS = /** @type {readonly Fault[]} */ (Object.freeze(Object.keys(ACTIONS)));

/**
 * Applies the first of the faults that belongs to this stage of a call.
 * @param {Reply} res @param {FaultAction["when"]} when @param {readonly Fault[]} faults
 * @param {Partial<Target>} [target]
 * @returns {Fault | undefined} the fault that was applied
 */
export function applyFault(res, when, faults, { reply = {}, wait = 1_000, say = bodyOf } = {}) {
  const fault = faults.find((name) => ACTIONS[name].when === when);
  // A client that has left meets no more faults.
  if (fault && !res.destroyed) ACTIONS[fault].apply(res, { reply, wait, say });
  return fault;
}

/** @param {readonly Fault[]} faults */
export const anyCuts = (faults) => faults.some((fault) => ACTIONS[fault].cuts);

/**
 * Returns a refusal with the wait in three forms: proxies round seconds up, and some clients read one form only.
 * @param {{wait: number, limit?: number, current?: number}} refusal milliseconds
 */
export function tooMany({ wait, ...counts }) {
  const headers = { "retry-after": String(Math.ceil(wait / 1000)), "retry-after-ms": String(Math.ceil(wait)) };
  return new HttpError(429, "Too many generations at once", { ...counts, retryAfterMs: Math.ceil(wait) }, headers);
}

/**
 * Sends the sign-in page to a client that follows the redirect. Its connection is not kept alive, because browsers
 * re-send by themselves what is cut on a connection that was used before.
 * @param {Reply} res
 */
export function sendSignIn(res) {
  res.shouldKeepAlive = false;
  sendHtml(res, 200, '<!doctype html><html lang="en"><title>Sign in</title><h1>Your session has expired</h1>');
}

/**
 * @param {FaultAction["when"]} when
 * @param {string} about
 * @param {FaultAction["apply"]} act
 * @param {boolean} [cuts]
 * @returns {Readonly<FaultAction>}
 */
function action(when, about, act, cuts = false) {
  return Object.freeze({ when, cuts, about, apply: act });
}

/** Leaves the reply as it is: the endpoint takes more time. */
function byTheEndpoint() {}

/** @param {Reply} res */
function cut(res) {
  res.destroy();
}

/** @param {Reply} res */
function redirect(res) {
  res.writeHead(303, { location: SIGN_IN, "content-length": 0, "cache-control": "no-store" }).end();
}

/**
 * Answers without CORS headers. A page of another origin sees a network failure, because it may not read the status.
 * @param {Reply} res
 */
function answerAsGateway(res) {
  for (const name of res.getHeaderNames()) if (name.startsWith("access-control-")) res.removeHeader(name);
  sendHtml(res, 502, '<!doctype html><html lang="en"><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>');
}

/** @param {Reply} res @param {Record<string, unknown>} reply */
function answerBadly(res, reply) {
  const text = JSON.stringify(reply).replaceAll('"', "'");
  res
    .writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
    })
    .end(text);
}

/** @param {Reply} res @param {{reply: Record<string, unknown>}} to */
function truncate(res, { reply }) {
  const bytes = Buffer.from(JSON.stringify(reply));
  res.writeHead(200, {
    "content-type": "application/json",
    "content-length": bytes.length,
    "cache-control": "no-store",
  });
  // The socket is destroyed after the write: otherwise the bytes would not arrive.
  res.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => res.destroy());
}

/** @param {Reply} res @param {number} status @param {string} html */
function sendHtml(res, status, html) {
  res
    .writeHead(status, {
      "content-type": "text/html; charset=utf-8",
      "content-length": Buffer.byteLength(html),
      "cache-control": "no-store",
    })
    .end(html);
}

/** @param {HttpError} error */
const bodyOf = ({ body }) => body;

/** @param {Reply} res @param {HttpError} error @param {Target["say"]} say */
function sendError(res, error, say) {
  sendJson(res, error.status, say(error), error.headers);
}
