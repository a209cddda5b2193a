// One attempt of a call, as far as it is made of text: what is sent, and what the reply says. Here and not in Rust, because
// headers and bodies are the platform's, and to take each text over costs every user more than to read it where it is.

import { HttpError, property } from "./errors.js";

/** Sends it. Headers are asked for anew for every attempt, so that a token never goes stale (R19). */
export async function post({ url, method, headers, body, idempotencyKey, fetch }, signal) {
  const given = typeof headers === "function" ? await headers() : headers;
  const sent = new Headers(typeof given === "object" && given !== null ? given : undefined);
  const init = { method, headers: sent, signal };
  if (body !== undefined) {
    init.body = body;
    if (!sent.has("content-type")) sent.set("content-type", "application/json");
  }
  if (idempotencyKey !== undefined) sent.set("idempotency-key", idempotencyKey);
  return fetch(url, init);
}

/** The parsed body of a success; throws the error that a failure is. */
export function replyOf({ method, url }, response, given) {
  const { ok, status, headers } = response;
  const text = typeof given === "string" ? given : "";
  let problem = "";
  let body;
  try {
    if (text) body = JSON.parse(text);
    if (ok) {
      if (text || method === "HEAD" || status === 204 || status === 205) return body;
      // Whoever has nothing to say answers 204: this reply was lost on its way.
      problem = " without a body";
    } else {
      const error = property(body, "error");
      const told = [error, property(error, "message"), property(body, "message")].find((it) => typeof it === "string");
      if (told !== undefined) problem = `: ${told}`;
    }
  } catch {
    // A gateway's page, say; or a success that was cut off.
    body = text;
    if (ok) problem = " with a body that is not JSON";
  }
  // The address without its query, which may hold a secret.
  const [path] = String(url).split(/[?#]/);
  throw new HttpError(
    `${method} ${path} answered ${status}${problem}`,
    status,
    body,
    headers,
    waitHint(status, headers, body),
  );
}

/** How long the server asks to wait, in milliseconds, or `undefined`: the first of these that is a number. */
function waitHint(status, headers, body) {
  const text = (name) => headers?.get?.(name) || "none";
  const told = (name) => {
    const number = property(body, name);
    return typeof number === "number" ? number : NaN;
  };
  const hints = [
    Number(text("retry-after-ms")),
    1_000 * text("retry-after"),
    Date.parse(text("retry-after")) - Date.now(),
    told("retryAfterMs"),
    1_000 * told("retry_after_seconds"),
  ];
  // How long a quota lasts is told with every reply: it is a wait only where the quota is why.
  if (status === 429 || status === 503) {
    hints.push(1_000 * text("ratelimit-reset"));
    for (const [, reset] of text("ratelimit").matchAll(/(?:^|[,;])\s*(?:t|reset)=([^,;]*)/g)) hints.push(1_000 * reset);
  }
  const hint = hints.find((it) => !Number.isNaN(it));
  return Number.isFinite(hint) ? Math.max(0, hint) : undefined;
}
