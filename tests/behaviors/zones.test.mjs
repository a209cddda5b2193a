// zone.js, in a process of its own because it changes the globals.

import "zone.js/node";
import assert from "node:assert/strict";
import { test } from "node:test";
import { callPhase, Limiter, pollUntil, startRun } from "./package.mjs";

const { Zone } = /** @type {any} */ (globalThis);

test("every callback runs in the zone in which its call or run was started", async () => {
  const seen = [];
  const limiter = new Limiter({ limit: 1 });
  const note = (what) => seen.push(`${Zone.current.name} ${what}`);
  const start = (name) =>
    Zone.root.fork({ name }).run(() => {
      const options = {
        limiter,
        headers: () => (note("headers"), {}),
        fetch: async () => (note("fetch"), Response.json({ done: true })),
      };
      // zone.js loses the zone at an `await` of native code, but not in `then`.
      const task = () => {
        note("task");
        return Promise.resolve(callPhase("https://example.test/", {}, options)).then(() =>
          pollUntil(() => (note("ask"), { done: true }), { done: () => (note("done"), true), interval: 1 }),
        );
      };
      return startRun([1, 2], task, {
        concurrency: 2,
        onOutcome: () => void note("outcome"),
        onProgress: () => note("progress"),
      });
    });
  const runs = ["alice", "bob"].map(start);
  for (const run of runs) assert.equal((await run.finished).status, "completed");
  for (const name of ["alice", "bob"]) {
    for (const what of ["headers", "fetch", "task", "ask", "done", "outcome", "progress"]) {
      assert.ok(seen.includes(`${name} ${what}`), `${name} ${what} in ${[...new Set(seen)].join(", ")}`);
    }
  }
  assert.ok(
    seen.every((line) => /^(alice|bob) /.test(line)),
    [...new Set(seen)].join(", "),
  );
});
