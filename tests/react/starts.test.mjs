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

  test("a second start returns the run that is not finished, whatever its state, and the next after it is another", async () => {
    assert.deepEqual(await play("secondStart"), {
      isTheSame: [true, true, true, true],
      isAnother: true,
      begun: ["first", "afterwards"],
    });
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
