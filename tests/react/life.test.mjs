import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInReact } from "./lab.mjs";

describeInReact("a component ends", (play) => {
  test("its run is cancelled, what is under way is aborted where the run says so, and nothing renders any more", async () => {
    assert.deepEqual(await play("unmountAborts"), {
      isAborted: true,
      isCancelled: true,
      calls: 1,
      status: "cancelled",
      renders: 0,
    });
  });

  test("its run is cancelled, and what is under way is let finish where the run says nothing", async () => {
    assert.deepEqual(await play("unmountDrains"), {
      isAborted: false,
      isCancelled: true,
      state: "cancelling",
      calls: 1,
      status: "cancelled",
      values: ["paid for"],
      renders: 0,
    });
  });

  test('with onUnmount: "keep" its run goes on to the end, and nothing renders any more', async () => {
    assert.deepEqual(await play("unmountKeeps"), {
      isAborted: false,
      isCancelled: false,
      state: "running",
      status: "completed",
      values: [1, 2],
      renders: 0,
    });
  });

  test("onUnmount is what the latest render said", async () => {
    assert.deepEqual(await play("latestOption"), ["running", "cancelling", "cancelling"]);
  });

  test("under StrictMode too, an end is an end", async () => {
    assert.deepEqual(await play("strictUnmount"), {
      before: { isAborted: false, isCancelled: false },
      status: "cancelled",
      after: { isAborted: true, isCancelled: true },
    });
  });

  test("another key ends it, and the next begins idle", async () => {
    assert.deepEqual(await play("anotherKey"), { isAborted: true, isCancelled: true, state: "idle" });
  });

  test("a start that comes too late is cancelled before it calls anything, unless runs are kept", async () => {
    assert.deepEqual(await play("startAfterUnmount"), {
      cancel: { state: "finished", calls: 0 },
      keep: { state: "running", calls: 1 },
    });
  });

  test("a run that it only looked at goes on", async () => {
    assert.deepEqual(await play("onlooker"), {
      state: "running",
      isAborted: false,
      isCancelled: false,
      status: "completed",
      renders: 0,
    });
  });
});
