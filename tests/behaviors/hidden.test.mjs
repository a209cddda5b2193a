// Waits in a hidden page, whose own timers never fire here.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { Limiter, pollUntil, settleWithConcurrency } from "./package.mjs";

const realTimeout = globalThis.setTimeout;
const pages = new EventTarget();
/** @type {any[]} */
const workers = [];
/** @type {(worker: unknown) => void} */
let makeWorker = (worker) => workers.push(worker);

const page = {
  hidden: false,
  addEventListener: (type, listener, options) => pages.addEventListener(type, listener, options),
};
globalThis.document = /** @type {any} */ (page);
const scripts = new Map();
URL.createObjectURL = (/** @type {any} */ blob) => {
  const url = `blob:${scripts.size}`;
  scripts.set(url, blob.text());
  return url;
};
/** Runs the script in a global scope of its own. */
class FakeWorker {
  isOver = false;
  /** @type {unknown[]} */
  posted = [];
  /** @type {(message: { data: unknown }) => void} */
  onmessage = () => {};
  constructor(url) {
    makeWorker(this);
    const postMessage = (...given) => {
      assert.equal(given.length, 1, "postMessage needs an argument");
      if (!this.isOver) this.onmessage({ data: given[0] });
    };
    const scope = createContext({ setTimeout: realTimeout, clearTimeout, postMessage });
    this.scope = scripts.get(url).then((script) => runInContext(script, scope) && scope);
  }
  postMessage(data) {
    this.posted.push(data);
    void this.scope.then((scope) => scope.onmessage({ data }));
  }
  terminate() {
    this.isOver = true;
  }
}
globalThis.Worker = /** @type {any} */ (FakeWorker);

function show(isVisible) {
  page.hidden = !isVisible;
  // Node has no throttled timers: in a hidden page, none of this page's fires.
  globalThis.setTimeout = isVisible ? realTimeout : /** @type {any} */ (() => 0);
  pages.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  show(true);
  workers.length = 0;
  makeWorker = (worker) => workers.push(worker);
});

test("a worker ends the waits of a hidden page, and ends itself when the page is shown", async () => {
  show(false);
  const starts = [];
  const task = (item, _, { attempt }) => {
    starts.push(item);
    if (attempt === 1) throw Object.assign(new Error("busy"), { status: 503 });
  };
  await settleWithConcurrency(["a"], 1, task, { retry: { minDelay: 5, jitter: 0 } });
  await settleWithConcurrency(["b", "c"], 1, () => {}, { stagger: 5 });
  let asked = 0;
  await pollUntil(() => ++asked, { done: (count) => count === 3, interval: 5 });
  const limiter = new Limiter({ rate: { limit: 1, interval: 5 } });
  await settleWithConcurrency([1, 2, 3], 3, () => {}, { limiter });
  assert.deepEqual([starts, asked, workers.length], [["a", "a"], 3, 1]);
  show(true);
  assert.equal(workers[0].isOver, true);
});

test("a wait that has begun in a visible page is ended when the page is hidden", async () => {
  const done = settleWithConcurrency([1, 2], 1, () => {}, { stagger: 30 });
  await new Promise(setImmediate);
  assert.equal(workers.length, 0);
  const { setTimeout } = globalThis;
  show(false);
  assert.notEqual(setTimeout, globalThis.setTimeout);
  await done;
  assert.ok(workers[0].posted.length >= 1);
});

test("a page in which nothing waits has no worker", async () => {
  await settleWithConcurrency([1, 2], 1, () => {}, { stagger: 1 });
  show(false);
  await settleWithConcurrency([1, 2], 1, () => {});
  assert.equal(workers.length, 0);
});

test("where workers from blobs are forbidden the timers of the page remain, and no second one is tried", async () => {
  let tried = 0;
  makeWorker = () => {
    tried += 1;
    throw new Error("refused by the policy");
  };
  page.hidden = true;
  await settleWithConcurrency([1, 2, 3], 1, () => {}, { stagger: 1 });
  assert.equal(tried, 1);
});
