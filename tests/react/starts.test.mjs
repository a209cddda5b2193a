import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInReact } from "./lab.mjs";

describeInReact("a component starts runs", (play, react) => {
  test("with inline options and closures, by functions that are the same at every render", async () => {
    const { states, ...rest } = await play("inlineClosures");
    assert.deepEqual(rest, { react: react.version, changed: [[], []], isRenderedOften: true });
    assert.deepEqual(states, ["idle", "running", "finished"]);
  });

  test("a start uses the closure of the latest render, as early as in a layout effect of that render", async () => {
    assert.deepEqual(await play("latestClosure"), {
      begun: ["second: by hand", "third: from an effect"],
      values: ["second drew by hand"],
    });
  });

  test("under StrictMode starts in effects are one start, and the second mount does not end it", async () => {
    assert.deepEqual(await play("strictStart"), {
      begun: 1,
      effects: 2,
      childEffects: 2,
      runs: 1,
      isTheRun: true,
      state: "running",
      calls: 1,
      isAborted: false,
      isCancelled: false,
      status: "completed",
      values: ["drawn"],
    });
  });

  test("a second start returns the run that is running or paused; while it is cancelling a new one begins", async () => {
    assert.deepEqual(await play("secondStart"), {
      isTheSame: [true, true, true, false],
      isAnother: true,
      begun: ["first", "while cancelling", "afterwards"],
    });
  });

  test("a restart begins anew, callbacks are the latest, and an unmount ends also what was asked for again", async () => {
    assert.deepEqual(await play("restarts"), {
      isAnother: true,
      firstState: "finished",
      told: ["a fulfilled", "a fulfilled", "b cancelled", "b cancelled", "b fulfilled"].map(
        (what) => `second: ${what}`,
      ),
      cancelled: [true, true],
    });
  });

  test("each outcome is told once, also of a retry after the end and after one that onOutcome threw at", async () => {
    assert.deepEqual(await play("outcomesAfterTheEnd"), {
      told: ["a fulfilled", "b rejected", "b fulfilled"],
      reported: ["not told"],
    });
  });

  test("a start that returns no run is refused with what to do", async () => {
    const messages = await play("noRun");
    assert.equal(messages.length, 3);
    for (const message of messages) assert.match(message, /^TypeError: .* must return a run: /);
  });

  test("a start that throws starts nothing, and does not stand in the way of the next", async () => {
    assert.deepEqual(await play("failedStart"), { thrown: "RangeError: no scenes", before: "idle" });
  });

  test("a phase and a pipeline are kept as what they are", async () => {
    assert.deepEqual(await play("kinds"), {
      nextStartIndex: 4,
      phase: "failed",
      outputs: { script: "S", audio: "SA" },
      pipeline: "completed",
    });
  });
});
