// What every RunStore does: `storeContract(name, open)`. `open()` returns two stores over the same empty data, as two
// processes have them, and a function that closes them.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

const LONG = 60_000;
const SHORT = 250;

const record = (others = {}) => ({
  id: randomUUID(),
  kind: "story",
  input: { scenes: 3 },
  user: "ada",
  key: randomUUID(),
  created: 1_000,
  control: {},
  ...others,
});
const whole = (version, data = "{}") => ({ version, isWhole: true, data });
const change = (version, data = "[]") => ({ version, isWhole: false, data });
const command = (name = "pause", ...args) => ({ id: randomUUID(), name, args });

/** Waits until a condition holds. */
async function until(isTrue) {
  const end = performance.now() + 120_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`never: ${isTrue}`);
    await sleep(1);
  }
}

export function storeContract(name, open) {
  describe(name, () => {
    /** Runs a test on new stores. */
    const test = (title, body) =>
      it(title, async () => {
        const { stores, close } = await open();
        try {
          await body(...stores);
        } finally {
          await close?.();
        }
      });
    const claimed = async (store, others) => {
      const run = await store.create(record(others), 10);
      return store.claim(run.id, LONG);
    };

    test("a record is found by its id, also by another process", async (a, b) => {
      const run = record({ input: { scenes: ["é", null, 1.5] } });
      assert.deepEqual(await a.create(run, 10), run);
      assert.deepEqual(await b.get(run.id), run);
      assert.equal(await b.get(randomUUID()), undefined);
    });

    test("a second start under the same key of the same user gives the first run", async (a, b) => {
      const first = record({ key: "k" });
      const [one, two] = await Promise.all([a.create(first, 10), b.create(record({ key: "k" }), 10)]);
      assert.equal(one.id, two.id);
      const other = await b.create(record({ key: "k", user: "bob" }), 10);
      assert.notEqual(other.id, one.id);
    });

    test("a user has at most so many unfinished runs, and finished ones do not count", async (a) => {
      const claim = await claimed(a);
      const second = record();
      assert.equal(await a.create(second, 1), undefined);
      assert.equal(await a.get(second.id), undefined);
      assert.ok(await a.create(record({ user: "bob" }), 1));
      await a.update(claim, { finished: 2_000 });
      assert.ok(await a.create(second, 1));
    });

    test("the runs of a user are listed, the newest first", async (a, b) => {
      const runs = [record({ created: 1 }), record({ created: 3 }), record({ created: 2 })];
      for (const run of runs) await a.create(run, 10);
      await a.create(record({ user: "bob" }), 10);
      assert.deepEqual(
        (await b.list("ada")).map(({ created }) => created),
        [3, 2, 1],
      );
      assert.deepEqual(await b.list("eve"), []);
    });

    test("a removed run is gone, with its key, events and claim", async (a, b) => {
      const claim = await claimed(a, { key: "k" });
      await a.publish(claim, whole("1.1"));
      await b.remove(claim.id);
      assert.equal(await a.get(claim.id), undefined);
      assert.deepEqual(await a.list("ada"), []);
      assert.deepEqual(await a.load(claim.id), []);
      assert.deepEqual(await a.unclaimed(), []);
      assert.equal(await a.publish(claim, whole("1.2")), false);
      assert.equal(await a.claim(claim.id, LONG), undefined);
      const again = record({ key: "k" });
      assert.equal((await a.create(again, 10)).id, again.id);
    });

    test("finished runs are found by the time at which they finished", async (a, b) => {
      const claim = await claimed(a);
      await claimed(a);
      assert.deepEqual(await b.finishedBefore(Infinity), []);
      await a.update(claim, { finished: 2_000 });
      assert.deepEqual(await b.finishedBefore(2_000), []);
      assert.deepEqual(
        (await b.finishedBefore(2_001)).map(({ id }) => id),
        [claim.id],
      );
      await a.update(claim, { finished: undefined });
      assert.deepEqual(await b.finishedBefore(Infinity), []);
      assert.equal("finished" in (await b.get(claim.id)), false);
    });

    test("one of two processes gets the claim", async (a, b) => {
      const { id } = await a.create(record(), 10);
      const claims = await Promise.all([a.claim(id, LONG), b.claim(id, LONG)]);
      assert.deepEqual(claims.filter(Boolean), [{ id, token: 1 }]);
      assert.equal(await a.claim(randomUUID(), LONG), undefined);
    });

    test("a released run is claimed with a higher token", async (a, b) => {
      const claim = await claimed(a);
      await a.release(claim);
      assert.deepEqual(await b.claim(claim.id, LONG), { id: claim.id, token: 2 });
      await a.release(claim);
      assert.equal(await a.claim(claim.id, LONG), undefined);
    });

    test("an expired claim is taken over, and the former owner changes nothing any more", async (a, b) => {
      const { id } = await a.create(record(), 10);
      const old = await a.claim(id, SHORT);
      assert.deepEqual(await b.unclaimed(), []);
      await sleep(SHORT + 10);
      assert.deepEqual(
        (await b.unclaimed()).map((run) => run.id),
        [id],
      );
      const claim = await b.claim(id, LONG);
      assert.ok(claim.token > old.token);
      assert.equal(await a.publish(old, whole("1.1")), false);
      assert.equal(await a.update(old, { finished: 1 }), false);
      assert.equal(await a.reply(old, randomUUID(), {}), false);
      assert.deepEqual(await a.renew([old], LONG), [old]);
      await a.release(old);
      assert.equal(await a.claim(id, LONG), undefined);
      assert.deepEqual(await b.load(id), []);
      assert.equal(await b.publish(claim, whole("2.1")), true);
    });

    test("a renewed claim stays, also one that had expired and was not taken", async (a, b) => {
      const { id } = await a.create(record(), 10);
      const claim = await a.claim(id, SHORT);
      await sleep(SHORT + 10);
      assert.deepEqual(await a.renew([claim], LONG), []);
      assert.equal(await b.claim(id, LONG), undefined);
    });

    test("runs that nobody has claimed are listed until they are finished", async (a, b) => {
      const { id } = await a.create(record(), 10);
      assert.deepEqual(
        (await b.unclaimed()).map((run) => run.id),
        [id],
      );
      const claim = await a.claim(id, LONG);
      await a.update(claim, { finished: 1 });
      await a.release(claim);
      assert.deepEqual(await b.unclaimed(), []);
      assert.deepEqual(await b.claim(id, LONG), { id, token: 2 });
    });

    test("how a run is steered is kept for the next owner", async (a, b) => {
      const claim = await claimed(a);
      assert.equal(await a.update(claim, { control: { paused: true, concurrency: 3 } }), true);
      assert.deepEqual((await b.get(claim.id)).control, { paused: true, concurrency: 3 });
      await a.update(claim, { control: {} });
      assert.deepEqual((await b.get(claim.id)).control, {});
    });

    test("the last whole state is loaded with the changes after it", async (a, b) => {
      const claim = await claimed(a);
      assert.deepEqual(await b.load(claim.id), []);
      await a.publish(claim, whole("1.1"));
      await a.publish(claim, change("1.2"));
      const last = [whole("1.3", '{"é":1}'), change("1.4", "[1]"), change("1.5")];
      for (const event of last) assert.equal(await a.publish(claim, event), true);
      assert.deepEqual(await b.load(claim.id), last);
    });

    test("watchers in all processes get events in order, until they stop", async (a, b) => {
      const claim = await claimed(a);
      const seen = /** @type {any[][]} */ ([[], [], []]);
      const stops = await Promise.all([a, b, b].map((store, at) => store.watch(claim.id, (e) => seen[at].push(e))));
      const events = [whole("1.1"), change("1.2", '["é"]'), change("1.3")];
      for (const event of events) await a.publish(claim, event);
      await until(() => seen.every((list) => list.length === 3));
      assert.deepEqual(seen, [events, events, events]);
      await stops[1]();
      await a.publish(claim, change("1.4"));
      await until(() => seen[2].length === 4);
      assert.equal(seen[1].length, 3);
      for (const stop of stops) await stop();
    });

    test("commands of all processes reach the owner in order, and its reply the sender", async (a, b) => {
      const claim = await claimed(a);
      const heard = [];
      const stop = await a.receive(claim, (it) => {
        heard.push(it.args[0]);
        const error = it.name === "retry" ? { name: "RangeError", message: "no such item" } : undefined;
        void a.reply(claim, it.id, error ? { error } : {});
      });
      assert.deepEqual(await b.send(claim.id, command("pause", 1), LONG), {});
      const failed = await b.send(claim.id, command("retry", 2, { regenerate: true }), LONG);
      assert.deepEqual(failed, { error: { name: "RangeError", message: "no such item" } });
      await Promise.all([3, 4, 5].map((n) => b.send(claim.id, command("cancel", n), LONG)));
      assert.deepEqual(heard, [1, 2, 3, 4, 5]);
      await stop();
    });

    test("a command without an owner waits for the next one, and an answered one is carried out once", async (a, b) => {
      const { id } = await a.create(record(), 10);
      assert.equal(await b.send(id, command("pause", 1), SHORT), undefined);
      const claim = await a.claim(id, LONG);
      const heard = [];
      const stop = await a.receive(claim, (it) => heard.push(it));
      assert.deepEqual(
        heard.map(({ args }) => args),
        [[1]],
      );
      await a.reply(claim, heard[0].id, {});
      await stop();
      await a.release(claim);
      const next = await b.claim(id, LONG);
      const later = [];
      const stopNext = await b.receive(next, (it) => later.push(it.args[0]));
      void a.send(id, command("pause", 2), SHORT);
      await until(() => later.length === 1);
      assert.deepEqual(later, [2]);
      await stopNext();
    });

    test("a command whose owner is gone before it has answered goes to the next one, in order", async (a, b) => {
      const { id } = await a.create(record(), 10);
      const claim = await a.claim(id, LONG);
      const heard = [];
      const stop = await a.receive(claim, (it) => heard.push(it));
      const sent = [command("pause", 1), command("resume", 2), command("cancel", 3)];
      const replies = sent.map((it) => b.send(id, it, LONG));
      await until(() => heard.length === 3);
      await a.reply(claim, sent[0].id, {});
      assert.deepEqual(await replies[0], {});
      await stop();
      await a.release(claim);
      const next = await b.claim(id, LONG);
      const again = [];
      const stopNext = await b.receive(next, (it) => {
        again.push(it.args[0]);
        void b.reply(next, it.id, { version: "2.1" });
      });
      assert.deepEqual(await replies[1], { version: "2.1" });
      assert.deepEqual(await replies[2], { version: "2.1" });
      assert.deepEqual(again, [2, 3]);
      await stopNext();
    });

    test("a command that is sent again while it is carried out is carried out once, and both senders have the reply", async (a, b) => {
      const claim = await claimed(a);
      const heard = [];
      const stop = await a.receive(claim, (it) => heard.push(it.args[0]));
      const [one, other] = [command("retry", 1), command("pause", 2)];
      const replies = [b.send(claim.id, one, LONG), b.send(claim.id, one, LONG)];
      await Promise.all([b.send(claim.id, other, SHORT), until(() => heard.includes(2))]);
      // A store may leave it to the owner to know that it has the command already.
      await a.reply(claim, one.id, { version: "1.1" });
      assert.deepEqual(await Promise.all(replies), [{ version: "1.1" }, { version: "1.1" }]);
      assert.deepEqual([...new Set(heard)], [1, 2]);
      await a.reply(claim, other.id, {});
      await stop();
      await a.release(claim);
      const again = [];
      const next = await b.claim(claim.id, LONG);
      await (await b.receive(next, (it) => again.push(it.args[0])))();
      assert.deepEqual(again, []);
    });

    test("a former owner gets no command any more", async (a, b) => {
      const { id } = await a.create(record(), 10);
      const old = await a.claim(id, SHORT);
      const heard = [];
      const stopOld = await a.receive(old, () => heard.push("old"));
      await sleep(SHORT + 10);
      const claim = await b.claim(id, LONG);
      const stop = await b.receive(claim, (it) => {
        heard.push("new");
        void b.reply(claim, it.id, {});
      });
      assert.deepEqual(await a.send(id, command(), LONG), {});
      assert.deepEqual(heard, ["new"]);
      await stopOld();
      await stop();
    });
  });
}
