import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";

const CALLS = 2_000;
const LIMIT = 5;

describe("the comparison in Chromium", patience, () => {
  const browser = useChromium();

  async function begin(t) {
    const server = await startServer(t);
    const why = await openStoryboard(t, browser, server, { path: "/why" });
    const [stats] = await Promise.all([why.page.waitForRequest(/-bounded\/stats$/), why.get("run-why").click()]);
    /** The server's own account of the calls through the limit. */
    return { why, count: async () => (await fetch(stats.url())).json() };
  }

  async function numbers(why, name) {
    const [sent, answered, failed, maxOpen] = await Promise.all(
      ["sent", "answered", "failed", "max-open"].map(async (what) => Number(await why.text(`${name}-${what}`))),
    );
    return { sent, answered, failed, maxOpen };
  }

  test("Promise.all loses calls; through the limit none is lost, no more than the limit are open, and a small call gets through (R2, R22)", async (t) => {
    const { why, count } = await begin(t);
    await why.page.locator('[data-testid="bounded"][data-state="done"]').waitFor();
    const unbounded = await numbers(why, "unbounded");
    assert.ok(unbounded.failed > 0);
    assert.equal(unbounded.sent, CALLS);
    assert.equal(unbounded.answered + unbounded.failed, CALLS);
    assert.match(await why.text("unbounded-outcome"), /^rejected: “Failed to fetch”$/);
    assert.match(await why.text("unbounded-status-call"), /^(failed too|waited for [1-9]\d* other calls)$/);
    assert.deepEqual(await numbers(why, "bounded"), { sent: CALLS, answered: CALLS, failed: 0, maxOpen: LIMIT });
    assert.deepEqual(await count(), {
      received: CALLS,
      open: 0,
      maxOpen: LIMIT,
      answered: CALLS,
      abandoned: 0,
      refused: 0,
      gateOpen: true,
    });
    assert.equal(await why.text("bounded-outcome"), `${CALLS} results`);
    assert.equal(await why.text("bounded-status-call"), "answered immediately");
    assert.match(
      await why.text("why-verdict"),
      new RegExp(`lost ${unbounded.failed} of ${CALLS} calls.*all ${CALLS} were answered`),
    );
    t.diagnostic(`Promise.all lost ${unbounded.failed} of ${CALLS}`);
    why.assertNoComplaints();
  });

  test("calls of another tab that keep the limit from being filled do not keep the gate shut (R2)", async (t) => {
    const server = await startServer(t);
    const why = await openStoryboard(t, browser, server, { path: "/why" });
    const other = await why.page.context().newPage();
    await other.goto(`${server.url}/script`);
    await other.evaluate(() => {
      for (let held = 0; held < 2; held += 1) fetch("/api/why/other/call", { method: "POST" }).catch(() => {});
    });
    let looks = 0;
    why.page.on("request", (request) => void (looks += Number(/-bounded\/stats$/.test(request.url()))));
    await why.get("run-why").click();
    await why.page.locator('[data-testid="bounded"][data-state="done"]').waitFor();
    const { maxOpen, ...counts } = await numbers(why, "bounded");
    assert.deepEqual(counts, { sent: CALLS, answered: CALLS, failed: 0 });
    assert.ok(maxOpen < LIMIT, `${maxOpen} were open`);
    // One each 50 ms for 3 s, and one at the end.
    assert.ok(looks <= 61, `${looks} looks`);
    why.assertNoComplaints();
  });

  test("left in the middle it ends quietly (R10)", async (t) => {
    const { why, count } = await begin(t);
    await why.page.getByRole("link", { name: "Storyboard", exact: true }).click();
    await why.get("generate").waitFor();
    await until("the calls under way are given up", async () => (await count()).open === 0);
    const { received } = await count();
    assert.ok(received < CALLS, `${received} calls were made`);
    why.assertNoComplaints();
  });
});
