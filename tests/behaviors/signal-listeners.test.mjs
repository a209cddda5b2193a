// However many runs, calls and waits are given one signal, it has one listener for all of them.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import {
  byHand,
  callPhase,
  pollUntil,
  processWithConcurrency,
  retry,
  settleWithConcurrency,
  startRun,
  turn,
} from "./package.mjs";

/** A signal that is not the platform's own. Node warns of it when it has more than 10 listeners. */
class OwnSignal extends EventTarget {
  aborted = false;
  reason = undefined;
  abort(reason) {
    Object.assign(this, { aborted: true, reason });
    this.dispatchEvent(new Event("abort"));
  }
}

/** @type {Record<string, () => { signal: any; abort: (reason: string) => void }>} */
const SIGNALS = {
  "the platform's own": () => {
    const canceller = new AbortController();
    return { signal: canceller.signal, abort: (reason) => canceller.abort(reason) };
  },
  "a polyfill's": () => {
    const signal = new OwnSignal();
    return { signal, abort: (reason) => signal.abort(reason) };
  },
};

const never = () => new Promise(() => {});
const listeners = (signal) => getEventListeners(signal, "abort").length;

/** Returns what Node warns of meanwhile. */
async function warnings(act) {
  const heard = [];
  const hear = ({ name }) => heard.push(name);
  process.on("warning", hear);
  await act();
  await turn();
  process.off("warning", hear);
  return heard;
}

for (const [kind, make] of Object.entries(SIGNALS)) {
  test(`15 calls on one signal, ${kind}, share a listener, print no warning, and end together`, async () => {
    const { signal, abort } = make();
    const fetch = never;
    const waited = startRun(["a"], never, { concurrency: 1, key: () => "a" });
    const kinds = [
      () => processWithConcurrency([1, 2], 2, never, { signal }),
      () => retry(never, undefined, { signal }),
      () => callPhase("https://example.test/", {}, { signal, fetch }),
      () => pollUntil(never, { done: () => true, signal }),
      () => waited.settled("a", { signal }),
    ];
    let calls = [];
    const heard = await warnings(async () => {
      calls = Array.from({ length: 15 }, (_, index) => kinds[index % kinds.length]());
      await turn();
    });
    assert.deepEqual([listeners(signal), heard], [1, []]);
    abort("enough");
    const reasons = await Promise.all(calls.map((call) => call.catch((reason) => reason)));
    assert.deepEqual(reasons, Array(15).fill("enough"));
    assert.equal(listeners(signal), 0);
    waited.cancel();
  });

  test(`a signal, ${kind}, loses its listener with the last of its runs, and gets one anew`, async () => {
    const { signal, abort } = make();
    const { calls, task } = byHand();
    const runs = [1, 2].map((item) => settleWithConcurrency([item], 1, task, { signal }));
    await turn();
    calls[0].resolve();
    await runs[0];
    assert.equal(listeners(signal), 1);
    calls[1].resolve();
    await runs[1];
    assert.equal(listeners(signal), 0);
    const last = settleWithConcurrency([3], 1, task, { signal, onCancel: "abort" });
    await turn();
    assert.equal(listeners(signal), 1);
    abort("enough");
    assert.equal((await last).status, "cancelled");
    assert.equal(listeners(signal), 0);
  });
}

test("15 nested runs on the signals of one attempt add one listener to each", async () => {
  const { calls, task } = byHand();
  let context;
  const nested = (_, __, given) => {
    context = given;
    return Promise.all(
      Array.from({ length: 15 }, () => processWithConcurrency([1], 1, task, { signal: given.signal })),
    );
  };
  const heard = await warnings(async () => {
    const run = startRun([1], nested, { concurrency: 1 });
    await turn();
    assert.equal(calls.length, 15);
    assert.deepEqual([listeners(context.signal), listeners(context.cancelled)], [1, 1]);
    for (const { resolve } of calls) resolve();
    await run.finished;
  });
  assert.deepEqual([heard, listeners(context.signal), listeners(context.cancelled)], [[], 0, 0]);
});
