import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInReact } from "./lab.mjs";

describeInReact("a run on a server", (play) => {
  test("is started, shown and steered by the hooks as one in the page, also by two components", async () => {
    assert.deepEqual(await play("remoteRuns"), {
      isOne: true,
      status: "completed",
      values: ["A", "B"],
      shown: ["A", "B"],
      outcomes: ["a", "b"],
      calls: 2,
    });
  });

  test("is cancelled when its component is unmounted, unless that says otherwise", async () => {
    assert.deepEqual(await play("remoteUnmount"), { status: "cancelled", items: "fulfilled cancelled" });
  });

  test("is started once under StrictMode, and components that come and go leave no stream open", async () => {
    assert.deepEqual(await play("remoteStrict"), {
      starts: 1,
      shown: ["running", "running", "running"],
      state: "running",
      status: "cancelled",
      values: ["A", "B"],
      calls: 2,
    });
  });
});
