// What the package makes of the failures of real fetch wrappers and SDKs: the verdict, the wait, and whether a limiter
// cools. Nothing is waited for.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { backend, FORMULA, judged } from "./backend.mjs";
import { calls } from "./calls.mjs";

/** Asserts a time from now: it has run a little since it was set. */
const assertNear = (wait, set) => assert.ok(wait > set - 900 && wait <= set, `${wait} ms instead of ${set}`);

for (const [name, call, { refusal = "refused", hint = true, code = false } = {}] of calls) {
  describe(name, () => {
    test("a 429 is a refusal that waits as long as it asks for, and cools the limiter", async (t) => {
      const { url, requests } = await backend(t, refusal);
      const { verdict, delay, cools } = await judged((context) => call(url, context));
      assert.deepEqual([verdict, requests()], ["refused", 1]);
      assertNear(delay, hint ? 2_000 : FORMULA);
      assertNear(cools, hint ? 2_000 : 1_000);
    });

    test("a 503 is a refusal that waits by the formula, and cools the limiter", async (t) => {
      const { url, requests } = await backend(t, "busy");
      const { verdict, delay, cools } = await judged((context) => call(url, context));
      assert.deepEqual([verdict, requests()], ["refused", 1]);
      assertNear(delay, FORMULA);
      assertNear(cools, 1_000);
    });

    test("a dropped connection is ambiguous, waits by the formula, and cools nothing", async (t) => {
      const { url, requests } = await backend(t, "dropped");
      const { verdict, delay, cools } = await judged((context) => call(url, context));
      assert.deepEqual([verdict, cools, requests()], ["ambiguous", 0, 1]);
      assertNear(delay, FORMULA);
    });

    // Some clients hand on the reply unread.
    if (!code) return;
    test("a 429 that its body calls permanent is final", async (t) => {
      const { url } = await backend(t, "spent");
      assert.equal((await judged((context) => call(url, context))).verdict, "final");
    });
  });
}
