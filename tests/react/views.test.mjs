import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInReact } from "./lab.mjs";

const IDLE = { state: "idle", progress: undefined, items: [], report: undefined };

describeInReact("a component sees a run", (play) => {
  test("it does not render while nothing changes, and rendered from outside it sees the same objects", async () => {
    assert.deepEqual(await play("quiet"), { grown: [0, 0], rendered: [1, 1], changed: [[], []] });
  });

  test("it sees a run that has finished before, and its report", async () => {
    assert.deepEqual(await play("settled"), { renders: 0, values: [1, 2, 3], state: "finished" });
  });

  test("two components see the same at every commit", async () => {
    assert.deepEqual(await play("twoViews"), {
      different: [],
      renders: true,
      shown: "finishedfinished",
      isTheReport: true,
    });
  });

  test("without a run it is idle, nothing can be asked of it, and a retry rejects with a RangeError", async () => {
    const { retries, ...rest } = await play("idle");
    assert.deepEqual(rest, { seen: [IDLE, IDLE], isSameItems: true, renders: 2, run: "undefined" });
    assert.equal(retries.length, 2);
    for (const retry of retries) assert.match(retry, /^RangeError: /);
  });

  test("it is switched from one run to another, to none and back: what it sees and what its functions act on", async () => {
    assert.deepEqual(await play("switching"), {
      ofB: "running waiting",
      grown: 0,
      status: "completed",
      state: "paused",
      none: IDLE,
      again: ["finished", "fulfilled fulfilled", ["first", "second"]],
    });
  });

  test("state, progress, items and report come through", async () => {
    assert.deepEqual(await play("comesThrough"), {
      before: "idle",
      running: { key: "a", status: "running", fraction: 0.5, data: "half a picture" },
      after: {
        state: "finished",
        items: [
          ["fulfilled", "A"],
          ["rejected", "no"],
        ],
        progress: [1, 1, 2, 1],
      },
      report: ["partial", ["A"], "no"],
      isTheReport: true,
      fractions: [0, 0.25, 0.5, 1],
      withoutReport: 0,
    });
  });

  test("hydrating what the server rendered, it is idle first, and then shows the run that is under way", async () => {
    assert.deepEqual(await play("hydrated"), {
      server: "idleidle",
      first: "idle",
      shown: "runningrunning",
      isSameNode: true,
      recovered: [],
    });
  });
});
