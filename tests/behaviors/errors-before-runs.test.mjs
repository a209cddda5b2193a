// Errors that are made before the first run, which loads the engine. Each test has a copy of the package for itself.

import assert from "node:assert/strict";
import { test } from "node:test";

const REFUSED = { status: 429, headers: { "retry-after": "3" } };

/** @returns {Promise<typeof import("../../dist/index.js")>} */
const copyOf = (name) => import(`../../dist/index.js?${name}`);

test("a RetryError made before the first run has the facts of its last failure", async () => {
  const { HttpError, RetryError } = await copyOf("retry");
  const failure = new HttpError("no", 429, {}, new Headers(REFUSED.headers));
  const { status, retryAfter } = new RetryError([failure]);
  assert.deepEqual([status, retryAfter], [429, 3_000]);
});

test("the error of a reply that is made before the first run has the wait hint", async () => {
  const { HttpError } = await copyOf("http");
  assert.equal((await HttpError.from(new Response("{}", REFUSED))).retryAfter, 3_000);
});
