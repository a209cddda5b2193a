import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { FAULTS } from "@sluicegate/fault-server/actions";
import { root } from "../../scripts/paths.mjs";
import { useFirefoxPage } from "./firefox.mjs";
import { LIMIT, openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";

const ITEMS = 500;
const CALLS = 300;
const SLOW_CALLS = 30;

/** The server's account of the run of the page whose name ends so. */
function ledgerOf({ paid }, way) {
  const found = [...paid.ledgers].filter(([name]) => name.endsWith(`-${way}`));
  assert.equal(found.length, 1, `${found.length} runs are ${way}`);
  return found[0][1];
}

function tell(t, way, { received, wasted, faults, pieces, paidAgain, extraPieces, paidForNothing }) {
  const column = (text) => text.padEnd(11);
  t.diagnostic(
    `${column(way)}calls ${received}, wasted ${wasted}; pieces paid ${pieces} of ${ITEMS}, items paid again ${paidAgain} (${extraPieces} pieces), paid and lost ${paidForNothing}`,
  );
  t.diagnostic(
    `${column("")}${Object.entries(faults)
      .sort()
      .map(([fault, count]) => `${fault} ${count}`)
      .join(", ")}`,
  );
}

/** One outcome for every item, and each paid exactly once; by hand it is another matter. */
async function assertCharges(t, server, text) {
  const [naive, keyed] = ["naive", "keyed"].map((way) => ledgerOf(server, way).counts());
  tell(t, "by hand", naive);
  tell(t, "sluicegate", keyed);
  assert.equal(await text("keyed-outcomes"), `${ITEMS} results, 0 failures`);
  assert.equal(await text("keyed-settled"), String(ITEMS));
  const { items, pieces, paidOnce, paidAgain, extraPieces, paidForNothing, open } = keyed;
  assert.deepEqual(
    { items, pieces, paidOnce, paidAgain, extraPieces, paidForNothing, open },
    { items: ITEMS, pieces: ITEMS, paidOnce: ITEMS, paidAgain: 0, extraPieces: 0, paidForNothing: 0, open: 0 },
  );
  assert.equal(await text("naive-settled"), String(ITEMS));
  assert.ok(naive.paidAgain > 0 && naive.extraPieces >= naive.paidAgain, JSON.stringify(naive));

  const dealt = FAULTS.filter((fault) => fault !== "slow");
  for (const counts of [naive, keyed]) assert.deepEqual(Object.keys(counts.faults).sort(), [...dealt].sort());
  const rate = Object.values(keyed.faults).reduce((sum, count) => sum + count, 0) / keyed.received;
  assert.ok(rate > 0.25, `only ${(100 * rate).toFixed(0)} % of the calls met a fault`);

  // The page shows the server's account.
  for (const [way, counts] of Object.entries({ naive, keyed })) {
    const shown = await Promise.all(["pieces", "extra", "calls", "wasted"].map((what) => text(`${way}-${what}`)));
    assert.deepEqual(shown.map(Number), [counts.pieces, counts.extraPieces, counts.received, counts.wasted], way);
  }
}

/**
 * Not told of the quota, it finds out. How few refusals and how little time that takes is counted on a virtual clock,
 * in tests/simulation/quota.rs; here it is printed.
 */
async function assertPaces(t, server, text) {
  const counts = (way) => ledgerOf(server, way).counts();
  const times = await Promise.all(
    ["known-before", "adaptive-time", "known-after", "unlimited-time"].map(async (name) =>
      parseFloat(await text(name)),
    ),
  );
  const [before, adaptive, after, unlimited] = times;
  const { received, beyondQuota, mostOpen, pieces } = counts("adaptive");
  const without = counts("unlimited");
  t.diagnostic(
    `a limit of exactly 5 takes ${before} s and ${after} s; adaptive, the quicker of two, ${adaptive} s, refused ${beyondQuota} of ${received} (${((100 * beyondQuota) / received).toFixed(1)} %)`,
  );
  t.diagnostic(
    `10 at once without a limiter take ${unlimited} s, refused ${without.beyondQuota} of ${without.received} (${((100 * without.beyondQuota) / without.received).toFixed(1)} %)`,
  );
  for (const way of ["before", "after"]) assert.deepEqual([counts(way).beyondQuota, counts(way).mostOpen], [0, 5]);
  assert.equal(await text("adaptive-answered"), String(CALLS));
  assert.deepEqual([pieces, mostOpen], [CALLS, 5]);
  assert.ok(without.beyondQuota > 2 * beyondQuota, "a limiter that adapts has at most half the refusals");
}

// ───────────── run in the page ─────────────

/** Fills a limiter with calls that the server holds. */
async function fill({ options, calls, path }) {
  const { Limiter, settleWithConcurrency } = await import("/index.js");
  const slow = async () => (await fetch(`${path}/call`, { method: "POST" })).json();
  const page = /** @type {any} */ (window);
  page.limiter = new Limiter(options);
  page.slowCalls = settleWithConcurrency(Array.from({ length: calls }), calls, slow, { limiter: page.limiter });
}

/** Small calls, one after the other: how many slow ones were answered before each. */
async function ask({ path, times }) {
  const found = [];
  for (let i = 0; i < times; i += 1) found.push((await (await fetch(`${path}/status`)).json()).answeredBefore);
  return found;
}

/** A small call that is not waited for. */
async function askWithoutWaiting({ path }) {
  /** @type {any} */ (window).asked = fetch(`${path}/status`).then((reply) => reply.json());
}

async function whatWasAnswered() {
  const { values } = await /** @type {any} */ (window).slowCalls;
  return { values: values.length, asked: await /** @type {any} */ (window).asked };
}

/**
 * A limit below the browser's connections leaves one for small calls; at their number there is none.
 * @param {{ url: string }} server
 * @param {(work: (arg: any) => unknown, arg?: object) => Promise<any>} run runs it in a page of this server
 */
async function assertPrompt({ url }, run) {
  const gate = (name, what, method = "GET") =>
    fetch(`${url}/api/why/${name}/${what}`, { method }).then((reply) => reply.json());
  const filled = async (name, limit, options) => {
    await run(fill, { options, calls: SLOW_CALLS, path: `/api/why/${name}` });
    await until("the limiter is full", async () => (await gate(name, "stats")).open === limit);
  };

  await filled("five", 5, {}); // the default
  const asked = await run(ask, { path: "/api/why/five", times: 7 });
  const { open, answered, maxOpen } = await gate("five", "stats");
  assert.deepEqual([open, answered, maxOpen], [5, 0, 5]);
  // All were answered though the server still holds every slow one.
  assert.deepEqual(
    asked,
    asked.map(() => 0),
  );
  await gate("five", "open", "POST");
  assert.equal((await run(whatWasAnswered)).values, SLOW_CALLS);

  await filled("six", 6, { limit: 6 });
  await run(askWithoutWaiting, { path: "/api/why/six" });
  // Time enough for an answer, if there could be one.
  await new Promise((done) => setTimeout(done, 200));
  await gate("six", "open", "POST");
  const { values, asked: late } = await run(whatWasAnswered);
  assert.equal(values, SLOW_CALLS);
  assert.ok(late.answeredBefore > 0, "at the limit of the browser a small call was answered at once");
}

/** An address of no app, in whose page the package can be imported. */
const startPlain = (t) => startServer(t, { staticDir: join(root, "dist") });
const PLAIN = "/api/sign-in";

describe("paid once, in Chromium", patience, () => {
  const browser = useChromium();

  async function runs(t, button, end) {
    const server = await startServer(t);
    const page = await openStoryboard(t, browser, server, { path: "/paid" });
    await page.get(button).click();
    await page
      .get(end)
      .getByRole("paragraph")
      .waitFor({ timeout: 2 * LIMIT });
    return { server, page, text: (name) => page.text(name) };
  }

  test("a small call is answered at once while slow ones fill a limiter of the default limit (R22)", async (t) => {
    const server = await startPlain(t);
    const { page } = await openStoryboard(t, browser, server, { path: PLAIN });
    await assertPrompt(server, (work, arg) => page.evaluate(work, arg));
  });

  test("500 calls at a fault rate of 30 %: every item has one outcome and is paid once; retried by hand many are paid again (R16)", async (t) => {
    const { server, page, text } = await runs(t, "run-charges", "charges-verdict");
    await assertCharges(t, server, text);
    assert.match(await text("charges-verdict"), /With keys, none were, and 500 of 500 were delivered\.$/);
    page.assertNoComplaints();
  });

  test("a quota that nobody has told is found out with at most half the refusals (R21)", async (t) => {
    const { server, page, text } = await runs(t, "run-paces", "paces-verdict");
    await assertPaces(t, server, text);
    page.assertNoComplaints();
  });

  test("left in the middle it ends quietly (R10)", async (t) => {
    const server = await startServer(t);
    const page = await openStoryboard(t, browser, server, { path: "/paid" });
    await page.get("run-charges").click();
    await until("some are made", () => server.paid.ledgers.size > 0 && ledgerOf(server, "naive").counts().pieces > 20);
    await page.page.getByRole("link", { name: "Why", exact: true }).click();
    await page.get("run-why").waitFor();
    await until("nothing is under way", () => ledgerOf(server, "naive").open === 0);
    const { received } = ledgerOf(server, "naive").counts();
    await new Promise((done) => setTimeout(done, 400));
    assert.equal(ledgerOf(server, "naive").counts().received, received);
    assert.equal(server.paid.ledgers.size, 1);
    page.assertNoComplaints();
  });
});

describe("paid once, in Firefox", patience, () => {
  const { driver, open, find, shown, wait, assertNoComplaints } = useFirefoxPage();
  const text = async (name) => (await find(name).getText()).trim();

  async function runs(t, button, end) {
    const server = await startServer(t);
    await open(`${server.url}/paid`);
    await find(button).click();
    await wait("the end", () => shown(`[data-testid="${end}"] p`), 2 * LIMIT);
    return server;
  }

  test("500 calls at a fault rate of 30 %: every item has one outcome and is paid once; retried by hand many are paid again (R16)", async (t) => {
    await assertCharges(t, await runs(t, "run-charges", "charges-verdict"), text);
    await assertNoComplaints();
  });

  test("a quota that nobody has told is found out with at most half the refusals (R21)", async (t) => {
    await assertPaces(t, await runs(t, "run-paces", "paces-verdict"), text);
    await assertNoComplaints();
  });

  test("a small call is answered at once while slow ones fill a limiter of the default limit (R22)", async (t) => {
    const server = await startPlain(t);
    await open(server.url + PLAIN);
    const source = (work) =>
      `const done = arguments[1]; (${work})(arguments[0]).then(done, (error) => done({ failed: String(error) }));`;
    await assertPrompt(server, async (work, arg) => {
      const found = await driver().executeAsyncScript(source(work), arg);
      assert.equal(found?.failed, undefined);
      return found;
    });
  });
});
