import { HttpError, sendJson } from "./http.mjs";

/** @typedef {import('./http.mjs').Reply} Reply */

/**
 * How each fault is done to a call, and when: instead of the work, to the work itself, while it goes on, or to its
 * reply.
 * @typedef {object} Deed
 * @property {"before" | "work" | "during" | "after"} when
 * @property {boolean} [cuts] whether it destroys the connection
 * @property {string} about
 * @property {(res: Reply, to: To) => void} do
 */

/**
 * To what it is done.
 * @typedef {object} To
 * @property {Record<string, unknown>} reply
 * @property {number} wait milliseconds
 * @property {(refusal: HttpError) => Record<string, unknown>} say the body of a refusal, in the words of its endpoint
 */

/** Where a call is sent that has lost its session. */
export const SIGN_IN = "/api/sign-in";

/** In the order in which the dice are thrown for them. */
export const DEEDS = Object.freeze({
  dropBefore: deed("before", "the connection is cut before any work", cut, true),
  unavailable: deed("before", "503", (res, { say }) =>
    sendError(res, new HttpError(503, "Authentication is temporarily unavailable", { code: "UNAVAILABLE" }), say),
  ),
  serverError: deed("before", "500", (res, { say }) =>
    sendError(res, new HttpError(500, "The generation failed", { code: "INTERNAL" }), say),
  ),
  loseReply: deed("after", "the work is done, and the connection is cut instead of a reply", cut, true),
  slow: deed("work", "the work takes several times as long", byTheEndpoint),
  dropDuring: deed("during", "the connection is cut in the middle of the work, which goes on", cut, true),
  throttled: deed("before", "429, with how long to wait", (res, { wait, say }) =>
    sendError(res, tooMany({ wait }), say),
  ),
  redirect: deed("before", "sent on to a sign-in page of HTML", redirect),
  gatewayError: deed(
    "after",
    "a gateway answers with 502 and no CORS headers, though the work is done",
    answerAsGateway,
  ),
  badJson: deed("after", "the reply is no JSON", (res, { reply }) => answerBadly(res, reply)),
  truncated: deed("after", "the reply breaks off in the middle", truncate, true),
  empty: deed(
    "after",
    "a success without a body",
    (res) => void res.writeHead(200, { "content-length": 0, "cache-control": "no-store" }).end(),
  ),
  late: deed("work", "the work is done, and its reply comes late", byTheEndpoint),
});

/** @typedef {keyof typeof DEEDS} Fault */

export const FAULTS = /** @type {readonly Fault[]} */ (Object.freeze(Object.keys(DEEDS)));

/**
 * Does what falls to a call at this time of its life: no more than one thing, the first.
 * @param {Reply} res @param {Deed["when"]} when @param {readonly Fault[]} faults
 * @param {Partial<To>} [to]
 * @returns {Fault | undefined} what was done
 */
export function doTo(res, when, faults, { reply = {}, wait = 1_000, say = bodyOf } = {}) {
  const fault = faults.find((name) => DEEDS[name].when === when);
  // A client that has left meets no more faults.
  if (fault && !res.destroyed) DEEDS[fault].do(res, { reply, wait, say });
  return fault;
}

/** @param {readonly Fault[]} faults */
export const anyCuts = (faults) => faults.some((fault) => DEEDS[fault].cuts);

/**
 * Says in three ways how long to wait: proxies round seconds up, some clients know only one of them.
 * @param {{wait: number, limit?: number, current?: number}} refusal milliseconds
 */
export function tooMany({ wait, ...counts }) {
  const headers = { "retry-after": String(Math.ceil(wait / 1000)), "retry-after-ms": String(Math.ceil(wait)) };
  return new HttpError(429, "Too many generations at once", { ...counts, retryAfterMs: Math.ceil(wait) }, headers);
}

/**
 * A page for people, as a program meets it that follows the redirect. Its connection is not offered again: what is cut
 * on one that was used before a browser re-sends by itself.
 * @param {Reply} res
 */
export function sendSignIn(res) {
  res.shouldKeepAlive = false;
  sendHtml(res, 200, '<!doctype html><html lang="en"><title>Sign in</title><h1>Your session has expired</h1>');
}

/**
 * @param {Deed["when"]} when
 * @param {string} about
 * @param {Deed["do"]} act
 * @param {boolean} [cuts]
 * @returns {Readonly<Deed>}
 */
function deed(when, about, act, cuts = false) {
  return Object.freeze({ when, cuts, about, do: act });
}

/** Nothing is done to the reply: the endpoint takes more time. */
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
 * To a page from elsewhere this is a network failure: without the headers it may not even read the status.
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
  // Cut only when it has left: what is destroyed with its socket would never arrive.
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

/** @param {Reply} res @param {HttpError} error @param {To["say"]} say */
function sendError(res, error, say) {
  sendJson(res, error.status, say(error), error.headers);
}
