import assert from "node:assert/strict";
import { test } from "node:test";
import { Holds } from "./holds.mjs";

const open = () => new AbortController().signal;
const settled = (/** @type {Promise<void>} */ promise) =>
  Promise.race([promise.then(() => true), new Promise((done) => setTimeout(done, 20, false))]);

test("held work goes on when it is let go, the oldest first, and other work is not held", async () => {
  const holds = new Holds(open());
  const hold = holds.hold("image", "audio");
  const works = ["image/1", "audio/1", "image/2"].map((name) => holds.takes(name, 0));
  await holds.takes("script/1", 0);
  await hold.reached(3);
  hold.release(1);
  assert.deepEqual(await Promise.all(works.map(settled)), [true, false, false]);
  hold.release();
  await Promise.all(works);
  await holds.takes("image/3", 0);
});

test("work that may go before it comes is counted, and the next is held", async () => {
  const holds = new Holds(open());
  const hold = holds.hold();
  hold.release(1);
  await holds.takes("image/1", 0);
  const held = holds.takes("image/2", 0);
  await hold.reached(2);
  assert.equal(await settled(held), false);
  hold.release();
  await held;
});

test("held work is given up when the server closes", async () => {
  const closing = new AbortController();
  const holds = new Holds(closing.signal);
  holds.hold();
  const held = holds.takes("image/1", 0);
  closing.abort(new Error("The server has closed"));
  await assert.rejects(held, /closed/);
});
