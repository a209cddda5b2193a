import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { HttpError, sendJson } from "./http.mjs";

/** @typedef {import('./http.mjs').Context} Context */

/**
 * How a fault is applied to a call, and when: before the work, to the work, during the work, or to the reply.
 * @typedef {object} FaultAction
 * @property {"before" | "work" | "during" | "after"} when
 * @property {boolean} [cuts] whether it destroys the connection
 * @property {string} about
 * @property {(c: Context, target: Target) => Response} apply
 */

/**
 * The call that a fault is applied to.
 * @typedef {object} Target
 * @property {Record<string, unknown>} reply
 * @property {number} wait milliseconds
 * @property {(refusal: HttpError) => Record<string, unknown>} format returns the body of a refusal of this endpoint
 */

/** The path to which a call without a session is redirected. */
export const SIGN_IN = "/api/sign-in";

/** In the order of their random draws. */
export const ACTIONS = Object.freeze({
  dropBefore: action("before", "the connection is cut before any work", cut, true),
  unavailable: action("before", "503", (c, { format }) =>
    sendRefusal(c, new HttpError(503, "Authentication is temporarily unavailable", { code: "UNAVAILABLE" }), format),
  ),
  serverError: action("before", "500", (c, { format }) =>
    sendRefusal(c, new HttpError(500, "The generation failed", { code: "INTERNAL" }), format),
  ),
  loseReply: action("after", "the work is done, and the connection is cut instead of a reply", cut, true),
  slow: action("work", "the work takes several times as long", byTheEndpoint),
  dropDuring: action("during", "the connection is cut in the middle of the work, which goes on", cut, true),
  throttled: action("before", "429, with how long to wait", (c, { wait, format }) =>
    sendRefusal(c, tooMany({ wait }), format),
  ),
  redirect: action("before", "sent on to a sign-in page of HTML", redirect),
  gatewayError: action(
    "after",
    "a gateway answers with 502 and no CORS headers, though the work is done",
    answerAsGateway,
  ),
  badJson: action("after", "the reply is no JSON", answerBadly),
  truncated: action("after", "the reply breaks off in the middle", truncate, true),
  empty: action("after", "a success without a body", (c) => c.body(null, 200, { "content-length": "0" })),
  late: action("work", "the work is done, and its reply is late", byTheEndpoint),
});

/** @typedef {keyof typeof ACTIONS} Fault */

export const FAULTS = /** @type {readonly Fault[]} */ (Object.freeze(Object.keys(ACTIONS)));

/**
 * Applies the first of the faults that belongs to this stage of a call.
 * @param {Context} c @param {FaultAction["when"]} when @param {readonly Fault[]} faults
 * @param {Partial<Target>} [target]
 * @returns {{fault: Fault, response: Response, status: number | undefined} | undefined} the fault that was applied;
 * `status` is undefined where no reply was begun
 */
export function applyFault(c, when, faults, { reply = {}, wait = 1_000, format = bodyOf } = {}) {
  const fault = faults.find((name) => ACTIONS[name].when === when);
  if (!fault) return undefined;
  // A client that has left meets no more faults.
  const response = c.env.outgoing.destroyed ? RESPONSE_ALREADY_SENT : ACTIONS[fault].apply(c, { reply, wait, format });
  if (response !== RESPONSE_ALREADY_SENT) return { fault, response, status: response.status };
  return { fault, response, status: c.env.outgoing.headersSent ? c.env.outgoing.statusCode : undefined };
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
 * repeat by themselves a request that is cut on a connection that was used before.
 * @param {Context} c
 */
export function sendSignIn(c) {
  c.env.outgoing.shouldKeepAlive = false;
  return c.html('<!doctype html><html lang="en"><title>Sign in</title><h1>Your session has expired</h1>');
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
function byTheEndpoint() {
  return RESPONSE_ALREADY_SENT;
}

/** @param {Context} c */
function cut({ env }) {
  env.outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** @param {Context} c */
function redirect(c) {
  return c.body(null, 303, { location: SIGN_IN, "content-length": "0" });
}

/**
 * Answers without CORS headers. A page of another origin sees a network failure, because it may not read the status.
 * @param {Context} c
 */
function answerAsGateway(c) {
  const { outgoing } = c.env;
  for (const name of outgoing.getHeaderNames()) if (name.startsWith("access-control-")) outgoing.removeHeader(name);
  return c.html('<!doctype html><html lang="en"><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>', 502);
}

/** @param {Context} c @param {Target} target */
function answerBadly(c, { reply }) {
  return c.body(JSON.stringify(reply).replaceAll('"', "'"), 200, { "content-type": "application/json" });
}

/** @param {Context} c @param {Target} target */
function truncate({ env: { outgoing } }, { reply }) {
  const bytes = Buffer.from(JSON.stringify(reply));
  outgoing.writeHead(200, { "content-type": "application/json", "content-length": bytes.length });
  // The socket is destroyed after the write: otherwise the bytes would not arrive.
  outgoing.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => outgoing.destroy());
  return RESPONSE_ALREADY_SENT;
}

/** @param {HttpError} error */
const bodyOf = ({ body }) => body;

/** @param {Context} c @param {HttpError} error @param {Target["format"]} format */
const sendRefusal = (c, error, format) => sendJson(c, error.status, format(error), error.headers);
