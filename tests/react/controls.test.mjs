import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInReact } from "./lab.mjs";

describeInReact("a component steers a run by the functions of either hook", (play) => {
  async function assertBoth(scenario, expected) {
    assert.deepEqual(await play(scenario), [expected, expected]);
  }

  test("pause, and resume with what has failed", async () => {
    await assertBoth("pausing", { paused: 1, again: "a" });
  });

  test("cancelItem and cancel, with reasons", async () => {
    await assertBoth("cancelling", {
      aborted: false,
      unknown: "RangeError",
      reasons: ["enough", "not this one", "enough"],
      status: "cancelled",
      signal: "enough",
    });
  });

  test("retry, also after the end", async () => {
    await assertBoth("retrying", {
      unknown: "RangeError",
      during: ["finished", "fulfilled running fulfilled"],
      value: "at last",
      regenerated: "anew",
      state: "finished",
    });
  });

  test("setConcurrency", async () => {
    await assertBoth("widening", "running running running");
  });
});
