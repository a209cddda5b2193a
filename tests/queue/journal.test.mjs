import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { imported } from "./bundle.mjs";
import { connect, counted, deferred, redisJournal, startRun, startServer, until } from "./lab.mjs";

const { RedisJournalStore } = await imported("src/bullmq/journal.ts");
/** The lease of a journal whose process is gone. */
const SHORT = 150;

let server;
let name;
const clients = [];
before(async () => {
  server = await startServer();
});
after(() => server?.stop());
beforeEach(() => {
  name = randomUUID();
});
afterEach(() => {
  for (const one of clients.splice(0)) one.disconnect();
});

function client() {
  const one = connect(server.url);
  clients.push(one);
  return one;
}

/**
 * Returns the store of a journal, as another process has it.
 * @param {{ redis?: ReturnType<typeof client>, name?: string, busy?: string, lease?: number, token?: number }} [own]
 */
const storeOf = ({ redis = client(), ...options } = {}) =>
  new RedisJournalStore(redis, { name, prefix: "t", busy: "wait", lease: 60_000, token: undefined, ...options });

const entry = (key, more = {}) => ({
  key,
  idempotencyKey: `${key}-1`,
  repeatable: false,
  status: "fulfilled",
  attempts: 1,
  at: 1_000,
  ...more,
});
const keysOf = async (store) => (await store.load()).map(({ key }) => key).sort();
const stateOf = async (promise) => Promise.race([promise.then(() => "fulfilled"), sleep(50, "pending")]);

describe("what a journal in Redis stores", () => {
  test("is loaded by another process as it was appended", async () => {
    const entries = [
      entry("a", { value: { image: new Uint8Array([1, 0, 255]), at: new Date(5), none: undefined, map: new Map() } }),
      entry("a", { step: "draw" }),
      entry("é\n", { status: "rejected", reason: { name: "HttpError", status: 404 } }),
      entry("", { status: "started", value: [["a"]] }),
    ];
    const store = storeOf();
    await Promise.all(entries.map((one) => store.append(one)));
    const order = ({ key, step = "" }) => `${key}/${step}`;
    const sorted = (all) => [...all].sort((one, other) => (order(one) < order(other) ? -1 : 1));
    assert.deepEqual(sorted(await storeOf().load()), sorted(entries));
  });

  test("is the newest entry of each key and step", async () => {
    const store = storeOf();
    void store.append(entry("a", { status: "started" }));
    await store.append(entry("a", { value: 1 }));
    await store.append(entry("a", { value: 2 }));
    assert.deepEqual(await store.load(), [entry("a", { value: 2 })]);
  });

  test("stays as it was when the value changes after the append", async () => {
    const store = storeOf();
    const value = { image: [1] };
    const appended = store.append(entry("a", { value }));
    value.image.push(2);
    await appended;
    assert.deepEqual((await store.load())[0].value, { image: [1] });
  });

  test("is kept apart by names, and cleared apart", async () => {
    const stores = ["x", "x:y", "x}", ""].map((own) => storeOf({ name: name + own }));
    for (const [at, store] of stores.entries()) await store.append(entry(`${at}`));
    await stores[0].clear();
    assert.deepEqual(await Promise.all(stores.map(keysOf)), [[], ["1"], ["2"], ["3"]]);
  });

  test("is what was appended before a load, and after a clear of the same turn", async () => {
    const store = storeOf();
    void store.append(entry("a"));
    assert.deepEqual(await keysOf(store), ["a"]);
    void store.append(entry("b"));
    void store.clear();
    void store.append(entry("c"));
    assert.deepEqual(await keysOf(store), ["c"]);
  });
});

describe("appends to a journal in Redis", () => {
  test("of one turn are one step, and so are those that meet a step under way", async () => {
    const redis = client();
    const store = storeOf({ redis });
    await store.append(entry("first"));
    const calls = counted(redis);
    const first = ["b", "a"].map((key) => store.append(entry(key)));
    await Promise.resolve();
    await Promise.resolve();
    await Promise.all([...first, store.append(entry("c")), store.append(entry("d"))]);
    assert.ok(calls.length <= 2, `${calls.length} steps`);
    assert.deepEqual(await keysOf(store), ["a", "b", "c", "d", "first"]);
  });

  test("that cannot be cloned reject, and the others of their turn are stored", async () => {
    const store = storeOf();
    const appended = [1, () => {}, 3].map((value, index) => store.append(entry(`${index}`, { value })));
    await assert.rejects(appended[1], /could not be cloned/);
    await Promise.all([appended[0], appended[2]]);
    assert.deepEqual(await keysOf(store), ["0", "2"]);
  });

  test("reject while Redis refuses, and later ones are stored", async () => {
    const redis = client();
    const store = storeOf({ redis });
    const { eval: evaluate } = redis;
    redis.eval = async () => {
      throw new Error("OOM command not allowed");
    };
    for (const one of ["a", "b"].map((key) => store.append(entry(key)))) await assert.rejects(one, /OOM/);
    redis.eval = evaluate;
    await store.append(entry("c"));
    assert.deepEqual(await keysOf(store), ["c"]);
  });
});

describe("the lock of a journal in Redis", () => {
  test("keeps a second process waiting until the first has closed, and then gives it all entries", async () => {
    const [one, other] = [storeOf(), storeOf()];
    await one.open();
    const opened = other.open();
    assert.equal(await stateOf(opened), "pending");
    void one.append(entry("a"));
    one.close();
    await opened;
    assert.deepEqual(await keysOf(other), ["a"]);
    other.close();
  });

  test("fails a second process at once that is not to wait, with the name of the journal", async () => {
    const [one, other] = [storeOf(), storeOf({ busy: "fail" })];
    await one.open();
    await assert.rejects(other.open(), { name: "JournalBusyError", journal: name });
    await assert.rejects(other.append(entry("a")), { name: "JournalBusyError" });
    one.close();
    await until(async () =>
      other.open().then(
        () => true,
        () => false,
      ),
    );
    other.close();
  });

  test("is renewed while its process lives", async () => {
    const [one, other] = [storeOf({ lease: SHORT }), storeOf({ busy: "fail" })];
    await one.open();
    await sleep(3 * SHORT);
    await assert.rejects(other.open(), { name: "JournalBusyError" });
    one.close();
  });

  test("is free for others when a wait for it is given up", async () => {
    const [one, other, third] = [storeOf(), storeOf(), storeOf()];
    await one.open();
    const opened = other.open();
    await sleep(10);
    other.close();
    await assert.rejects(opened, { name: "AbortError" });
    one.close();
    await third.open();
    third.close();
  });

  test("passes to another process when its own is gone, and the former one stores nothing any more", async () => {
    const redis = client();
    const [former, next] = [storeOf({ redis, lease: SHORT }), storeOf()];
    await former.open();
    await former.append(entry("a", { value: "former" }));
    // As in a process that is asleep: it renews nothing.
    const { eval: evaluate } = redis;
    redis.eval = () => new Promise(() => {});
    await next.open();
    redis.eval = evaluate;
    await next.append(entry("a", { value: "next" }));
    await assert.rejects(former.append(entry("a", { value: "late" })), { name: "JournalLostError", journal: name });
    await assert.rejects(former.clear(), { name: "JournalLostError" });
    assert.ok(former.lost.aborted);
    assert.equal(former.lost.reason.name, "JournalLostError");
    former.close();
    assert.deepEqual(await next.load(), [entry("a", { value: "next" })]);
    assert.equal(next.lost.aborted, false);
    await assert.rejects(storeOf({ busy: "fail" }).open(), { name: "JournalBusyError" });
    next.close();
  });

  test("tells its process that another one has it, without a write", async () => {
    const redis = client();
    const former = storeOf({ redis, lease: SHORT });
    await former.open();
    await redis.del(`t:{journal:${name}}:lock`);
    const next = storeOf();
    await next.open();
    await until(() => former.lost.aborted);
    former.close();
    next.close();
  });

  test("that expired and that nobody took is renewed by the next look", async () => {
    const redis = client();
    const store = storeOf({ redis, lease: SHORT });
    await store.open();
    await redis.del(`t:{journal:${name}}:lock`);
    await store.append(entry("a"));
    await until(() => redis.exists(`t:{journal:${name}}:lock`));
    store.close();
  });

  test("is not needed for appends after the end, unless another process works on the journal", async () => {
    const [one, other] = [storeOf(), storeOf()];
    await one.open();
    one.close();
    await one.append(entry("a"));
    await other.open();
    await assert.rejects(one.append(entry("a", { value: "late" })), { name: "JournalLostError" });
    assert.deepEqual(await keysOf(other), ["a"]);
    other.close();
  });
});

describe("a journal in Redis with the token of a claim", () => {
  test("needs no lock, and refuses older tokens as soon as a newer one has opened it", async () => {
    const [one, two] = [storeOf({ token: 1 }), storeOf({ token: 2 })];
    await one.open();
    await one.append(entry("a"));
    await two.open();
    await assert.rejects(one.append(entry("b")), { name: "JournalLostError" });
    assert.ok(one.lost.aborted);
    await two.append(entry("c"));
    assert.deepEqual(await keysOf(two), ["a", "c"]);
  });

  test("that is cleared keeps its newest token for a day", async () => {
    const redis = client();
    const [one, two] = [storeOf({ token: 1 }), storeOf({ token: 2, redis })];
    await two.append(entry("a"));
    await two.clear();
    await assert.rejects(one.append(entry("b")), { name: "JournalLostError" });
    const ends = await redis.pttl(`t:{journal:${name}}:fence`);
    assert.ok(ends > 0 && ends <= 24 * 60 * 60 * 1000);
    await two.append(entry("c"));
    assert.equal(await redis.pttl(`t:{journal:${name}}:fence`), -1);
  });
});

describe("a run with a journal in Redis", () => {
  test("makes nothing again that its predecessor has stored, in another process", async () => {
    const made = [];
    const draw = async (scene) => {
      made.push(scene);
      return { image: new Uint8Array([scene]) };
    };
    const start = (scenes) => startRun(scenes, draw, { concurrency: 2, journal: redisJournal(client(), name) });
    await start([1, 2]).finished;
    const report = await start([1, 2, 3]).finished;
    assert.deepEqual(made, [1, 2, 3]);
    assert.deepEqual(
      report.values.map(({ image }) => [...image]),
      [[1], [2], [3]],
    );
  });

  test("is cancelled by `lost` when another process has taken its journal", async () => {
    const redis = client();
    const journal = redisJournal(redis, name, { lease: SHORT });
    const held = deferred();
    const run = startRun([1, 2], () => held.promise, {
      concurrency: 1,
      journal,
      signal: journal.lost,
      onJournalError() {},
    });
    await until(() => run.snapshot.items.some(({ status }) => status === "running"));
    await redis.del(`sluicegate:{journal:${name}}:lock`);
    const next = startRun([], async () => {}, { concurrency: 1, journal: redisJournal(client(), name) });
    await until(() => journal.lost.aborted);
    held.resolve();
    assert.equal((await run.finished).status, "cancelled");
    await next.finished;
  });

  test("refuses options that it does not know, and names that are empty", () => {
    const redis = client();
    assert.throws(() => redisJournal(redis, ""), /`name` must be a string that is not empty/);
    assert.throws(() => redisJournal(/** @type {any} */ ({}), "a"), /`redis` must be a client of ioredis/);
    const bad = (options) => () => redisJournal(redis, "a", options);
    assert.throws(bad({ leases: 1 }), /`leases` is not an option; the nearest is `lease`/);
    assert.throws(bad({ lease: 99 }), /`lease` must be a number of milliseconds from 100, got 99/);
    assert.throws(bad({ busy: "queue" }), /`busy` must be "wait" or "fail", got "queue"/);
    assert.throws(bad({ token: 0 }), /`token` must be an integer from 1, got 0/);
  });
});
