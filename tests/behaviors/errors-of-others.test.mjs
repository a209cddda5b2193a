// Failures of fetch wrappers and SDKs are judged as our own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { retry } from "./package.mjs";

const QUICK = { minDelay: 1, maxDelay: 1, jitter: 0 };
const error = (name, more, message = "") => Object.assign(new Error(message), { name }, more);
const headers = { "Retry-After": "0" };

/** Returns how often a call is made that fails with this error. */
async function attempts(reason, { keyed = false } = {}) {
  let made = 0;
  const call = async (context) => {
    made += 1;
    if (keyed) void context.idempotencyKey;
    throw reason;
  };
  await retry(call, { ...QUICK, attempts: 3 }).catch(() => {});
  return made;
}

const REFUSALS = {
  "axios: response.status and headers": error("AxiosError", { response: { status: 429, headers, data: {} } }),
  "openai: status and Headers": error("RateLimitError", { status: 429, headers: new Headers(headers) }),
  "anthropic overloaded: 529": error("APIError", { status: 529, error: { error: { type: "overloaded_error" } } }),
  "got: response.statusCode": error("HTTPError", { response: { statusCode: 503, headers } }),
  "ky and ofetch: a Response": error("HTTPError", { response: new Response("", { status: 503 }) }),
  "ai: statusCode and responseHeaders": error("AI_APICallError", { statusCode: 429, responseHeaders: headers }),
  "supabase: the Response is the context": error("FunctionsHttpError", { context: new Response("", { status: 503 }) }),
  "aws: $metadata": error("ThrottlingException", { $metadata: { httpStatusCode: 429 } }),
  "a cause that is a refusal": error("Wrapper", { cause: error("Inner", { status: 503 }) }),
  "supabase storage: the original error": error("StorageUnknownError", { originalError: error("E", { status: 503 }) }),
  "supabase tables: the whole result": { error: { message: "busy" }, status: 503 },
  "x-should-retry": error("APIError", { status: 400, headers: { "x-should-retry": "true" } }),
};
for (const [name, reason] of Object.entries(REFUSALS)) {
  test(`repeated without a key: ${name}`, async () => assert.equal(await attempts(reason), 3));
}

const AMBIGUOUS = {
  "a monitoring tool appended the host": error("TypeError", {}, "Failed to fetch (api.example.com)"),
  "node: fetch failed with a cause": error(
    "TypeError",
    { cause: error("Error", { code: "ECONNRESET" }) },
    "fetch failed",
  ),
  "axios: ERR_NETWORK": error("AxiosError", { code: "ERR_NETWORK" }, "Network Error"),
  "openai: the cause is a network failure": error("APIConnectionError", {
    cause: error("TypeError", {}, "fetch failed"),
  }),
  "got: ETIMEDOUT": error("TimeoutError", { code: "ETIMEDOUT" }),
  "supabase tables: a text that names a TypeError, and status 0": {
    error: { message: "TypeError: fetch failed", code: "" },
    status: 0,
  },
  bun: error("TypeError", {}, "Unable to connect. Is the computer able to access the url?"),
  "a status that may have done the work": error("HTTPError", { response: { status: 524 } }),
};
for (const [name, reason] of Object.entries(AMBIGUOUS)) {
  test(`repeated with a key alone: ${name}`, async () => {
    assert.deepEqual([await attempts(reason), await attempts(reason, { keyed: true })], [1, 3]);
  });
}

const FINAL = {
  "a client error": error("AxiosError", { response: { status: 404 } }),
  "what the server says is not to be repeated": error("APIError", {
    status: 503,
    headers: { "x-should-retry": "false" },
  }),
  "a daily limit": error("APIError", { status: 429, body: { code: "DAILY_LIMIT_REACHED" } }),
  "google genai: a daily limit in the message": error(
    "ApiError",
    { status: 429 },
    '{"error":{"code":"insufficient_quota"}}',
  ),
  "got: a daily limit in the text of the body": error("HTTPError", {
    response: { statusCode: 429, body: '{"code":"DAILY_LIMIT_REACHED"}' },
  }),
  "not implemented": error("HTTPError", { status: 501 }),
  "an abort": error("AbortError", { cause: error("TypeError", {}, "fetch failed") }),
};
for (const [name, reason] of Object.entries(FINAL)) {
  test(`never repeated: ${name}`, async () => assert.equal(await attempts(reason, { keyed: true }), 1));
}

test("a reply that nobody has read is no body", async () => {
  const reason = () => error("FunctionsHttpError", { context: new Response("busy", { status: 503 }) });
  const failed = await retry(() => Promise.reject(reason()), { ...QUICK, attempts: 2 }).catch((thrown) => thrown);
  assert.deepEqual([failed.name, failed.status, failed.body], ["RetryError", 503, undefined]);
});
