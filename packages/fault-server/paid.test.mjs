import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { FAULTS } from "./actions.mjs";
import { workTime } from "./paid.mjs";
import { createFaultServer } from "./server.mjs";

const server = createFaultServer();
const { url } = await server.listen();
after(() => server.close());

let runs = 0;
/** @param {object} [settings] */
async function begin(settings = {}) {
  const run = `${url}/api/paid/run-${(runs += 1)}`;
  await fetch(run, { method: "POST", body: JSON.stringify({ time: 1, ...settings }) });
  const get = async (/** @type {string} */ path) => (await fetch(run + path)).json();
  return {
    run,
    /** @param {unknown} item @param {string} [key] */
    work: (item, key) =>
      fetch(`${run}/work`, {
        method: "POST",
        body: JSON.stringify({ item }),
        headers: key ? { "idempotency-key": key } : {},
      }),
    ledger: () => get("/ledger"),
    items: () => get("/items"),
    result: (/** @type {string} */ key) => get(`/results/${encodeURIComponent(key)}`),
  };
}

/** The first call of each item, as many at once as wanted: what it met. */
async function fates({ work }, items, key = (/** @type {number} */ item) => `key ${item}`) {
  const met = await Promise.all(
    items.map((item) =>
      work(item, key(item)).then(
        async (reply) => `${reply.status} ${(await reply.text().catch(() => "cut")).slice(0, 12)}`,
        () => "cut",
      ),
    ),
  );
  return Object.fromEntries(items.map((item, i) => [item, met[i]]));
}

describe("paid work", () => {
  test("is paid once under a key, joined while it is under way and repeated when it is done", async () => {
    const { work, ledger, items, result } = await begin({ time: 500 });
    assert.deepEqual(await result("k/1"), { found: false });
    const replies = await Promise.all([work("a", "k/1"), work("a", "k/1")]);
    const [first, second] = await Promise.all(replies.map((reply) => reply.json()));
    assert.deepEqual(first, second);
    const third = await work("a", "k/1");
    assert.equal(third.headers.get("idempotency-replayed"), "true");
    assert.deepEqual(await third.json(), first);
    assert.deepEqual(await result("k/1"), { found: true, value: first });
    const { received, answered, pieces, joins, replays, wasted } = await ledger();
    assert.deepEqual(
      { received, answered, pieces, joins, replays, wasted },
      { received: 3, answered: 3, pieces: 1, joins: 1, replays: 1, wasted: 0 },
    );
    assert.deepEqual(await items(), { a: { paid: 1, delivered: true } });
    assert.equal((await work("b", "k/1")).status, 422);
  });

  test("is paid every time without a key", async () => {
    const { work, ledger, items } = await begin();
    for (const item of [1, 1, 1, 2, 3, 3]) assert.equal((await work(item)).status, 200);
    const { pieces, items: made, paidOnce, paidAgain, extraPieces, paidForNothing } = await ledger();
    assert.deepEqual(
      { pieces, made, paidOnce, paidAgain, extraPieces, paidForNothing },
      { pieces: 6, made: 3, paidOnce: 1, paidAgain: 2, extraPieces: 3, paidForNothing: 0 },
    );
    assert.deepEqual(await items(), {
      1: { paid: 3, delivered: true },
      2: { paid: 1, delivered: true },
      3: { paid: 2, delivered: true },
    });
  });

  test("is paid for nothing where nobody gets it, until somebody asks for it again", async () => {
    const { work, ledger } = await begin({ faultRate: 1, kinds: ["loseReply"] });
    await assert.rejects(work(1, "k"));
    assert.deepEqual([(await ledger()).paidForNothing, (await ledger()).pieces], [1, 1]);
    await assert.rejects(work(1, "k"));
    await assert.rejects(work(1, "k"));
    assert.equal((await work(1, "k")).status, 200);
    assert.deepEqual([(await ledger()).paidForNothing, (await ledger()).pieces, (await ledger()).wasted], [0, 1, 3]);
  });

  test("refuses beyond the quota, and never a client that keeps to it", async () => {
    const { work, ledger } = await begin({ quota: 5, time: 3, retryAfter: 1_200 });
    const items = Array.from({ length: 200 }, (_, item) => item);
    const clients = Array.from({ length: 5 }, async () => {
      for (let item = items.pop(); item !== undefined; item = items.pop()) assert.equal((await work(item)).status, 200);
    });
    await Promise.all(clients);
    const { beyondQuota, mostOpen, pieces } = await ledger();
    assert.deepEqual([beyondQuota, pieces], [0, 200]);
    assert.ok(mostOpen <= 5, `${mostOpen} are open`);
    const slow = await begin({ quota: 5, time: 1_000, retryAfter: 1_200 });
    const replies = await Promise.all(Array.from({ length: 9 }, (_, item) => slow.work(`late ${item}`)));
    const refused = replies.filter(({ status }) => status === 429);
    assert.deepEqual([refused.length, (await slow.ledger()).beyondQuota], [4, 4]);
    assert.deepEqual([refused[0].headers.get("retry-after"), refused[0].headers.get("retry-after-ms")], ["2", "1200"]);
    const { limit, current, retryAfterMs } = await refused[0].json();
    assert.deepEqual([limit, current, retryAfterMs], [5, 5, 1200]);
  });

  test("takes no place when it is joined or repeated", async () => {
    const { work, ledger } = await begin({ quota: 1, time: 1_000 });
    const one = work(1, "k");
    while ((await ledger()).open === 0);
    const [same, other] = await Promise.all([work(1, "k"), work(2)]);
    assert.deepEqual([(await one).status, same.status, other.status], [200, 200, 429]);
  });

  test("meets every fault, and the same ones in any order", async () => {
    const settings = { seed: 3, faultRate: 0.9, lateness: 1, retryAfter: 0 };
    const items = Array.from({ length: 150 }, (_, item) => item);
    const one = await begin(settings);
    const fate = await fates(one, items);
    assert.deepEqual(await fates(await begin(settings), [...items].reverse()), fate);
    const { faults } = await one.ledger();
    assert.deepEqual(Object.keys(faults).sort(), FAULTS.filter((fault) => fault !== "slow").sort());
    assert.notDeepEqual(await fates(await begin({ ...settings, seed: 4 }), items), fate);
  });

  test("meets no more than three faults in a row under one key, and no more than the rate over all", async () => {
    const { work } = await begin({ faultRate: 1, kinds: ["unavailable"] });
    const statuses = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await work(1, "k")).status);
    assert.deepEqual(statuses, [503, 503, 503, 200, 503]);
    const many = await begin({ seed: 11, faultRate: 0.3, kinds: ["unavailable"] });
    const met = Object.values(
      await fates(
        many,
        Array.from({ length: 400 }, (_, item) => item),
      ),
    ).filter((fate) => fate.startsWith("503")).length;
    assert.ok(met > 90 && met < 150, `${met} of 400`);
  });

  test("takes times that depend on the seed and the item only, about the median and far apart", async () => {
    const settings = { seed: 5, time: 30 };
    const times = Array.from({ length: 2_000 }, (_, item) => workTime(settings, String(item)));
    assert.deepEqual(
      times.map((_, item) => workTime(settings, String(item))),
      times,
    );
    assert.notEqual(workTime({ ...settings, seed: 6 }, "0"), times[0]);
    const [median, slow] = [0.5, 0.99].map((share) => [...times].sort((a, b) => a - b)[share * times.length]);
    assert.ok(Math.abs(median - 30) < 2 && slow > 75 && slow < 120, `${median} ms, ${slow} ms`);

    const { work } = await begin(settings);
    const slowest = times.indexOf(Math.max(...times));
    const begun = performance.now();
    await work(slowest);
    const took = performance.now() - begun;
    // A timer may come a millisecond early.
    assert.ok(took > times[slowest] - 2, `${took} of ${times[slowest]} ms`);
  });

  test("answers a small call meanwhile", async () => {
    const { run, work } = await begin({ time: 1_000 });
    const call = work(1);
    let open;
    do ({ open } = await (await fetch(`${run}/status`)).json());
    while (open === 0);
    assert.equal(open, 1);
    await call;
  });
});

describe("the settings", () => {
  const refused = async (/** @type {unknown} */ body) => {
    const reply = await fetch(`${url}/api/paid/refused`, { method: "POST", body: JSON.stringify(body) });
    assert.equal(reply.status, 400, JSON.stringify(body));
    return reply.json();
  };

  test("are refused with a reason, whole or not at all", async () => {
    for (const [field, values] of Object.entries({
      seed: [null, {}, []],
      faultRate: [-0.1, 1.1, "0.3", null],
      kinds: [[], ["slow"], ["sneeze"], "late", [1]],
      quota: [-1, 1.5, "5", undefined].filter((value) => value !== undefined),
      time: [-1, 60_001, "15", null],
      retryAfter: [-1, null],
      lateness: [1e9],
      sneeze: [1],
      toString: [1],
    })) {
      for (const value of values) {
        const { error, field: named } = await refused({ [field]: value });
        assert.equal(named.split(".")[0], field);
        assert.ok(error.startsWith(field), error);
      }
    }
    assert.equal((await refused([])).code, "BAD_JSON");
    assert.equal((await fetch(`${url}/api/paid/refused/ledger`)).status, 404);
  });

  test("have defaults, are in the reply, and begin a run anew", async () => {
    const run = `${url}/api/paid/again`;
    const configure = () => fetch(run, { method: "POST", body: '{"time":1}' });
    const { kinds, ...usual } = await (await configure()).json();
    assert.deepEqual(usual, { seed: 1, faultRate: 0, quota: null, time: 1, retryAfter: 50, lateness: 800 });
    assert.ok(kinds.length > 10);
    await fetch(`${run}/work`, { method: "POST", body: '{"item":1}' });
    assert.equal((await (await fetch(`${run}/ledger`)).json()).pieces, 1);
    await configure();
    assert.equal((await (await fetch(`${run}/ledger`)).json()).pieces, 0);
  });

  test("a wrong item, a wrong path and a wrong method are refused", async () => {
    const { run } = await begin();
    for (const body of ["{}", '{"item":""}', '{"item":[]}', `{"item":"${"x".repeat(81)}"}`, "[]", "x"]) {
      assert.equal((await fetch(`${run}/work`, { method: "POST", body })).status, 400, body);
    }
    assert.deepEqual(await (await fetch(`${run}/results/%E0%A4%A`)).json(), { found: false });
    assert.equal((await fetch(`${url}/api/nothing`)).status, 404);
    assert.equal((await fetch(`${run}/work`)).status, 405);
  });
});

test("closing ends work under way", async () => {
  const slow = createFaultServer();
  const { url: address } = await slow.listen();
  await fetch(`${address}/api/paid/x`, { method: "POST", body: '{"time":60000}' });
  const call = assert.rejects(fetch(`${address}/api/paid/x/work`, { method: "POST", body: '{"item":1}' }));
  while ((await (await fetch(`${address}/api/paid/x/status`)).json()).open === 0);
  await slow.close();
  await call;
});
