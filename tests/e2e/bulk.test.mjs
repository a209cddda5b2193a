// Seed 000: bulk previews and animations of a storyboard of twelve scenes, four of which have a preview, one an
// animation.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atRest, openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";

const PRICE = { preview: 4, animation: 12 };
const WITHOUT_PREVIEW = [2, 3, 5, 6, 7, 8, 10, 11];
const DRAWING = /^\/api\/bulk\/drawings\/[\w-]+\.svg$/;
/** The page polls for so long as it allows: at this pace for 3 s. */
const PACE = 0.05;

describe("bulk previews and animations, in Chromium", patience, () => {
  const browser = useChromium();

  async function openBulk(t, options) {
    const server = await startServer(t, { pace: PACE, ...options });
    const storyboard = await openStoryboard(t, browser, server, { path: "/bulk" });
    await storyboard.get("start").waitFor();
    return new BulkPage(storyboard, server);
  }

  test("missing previews are made, five at once; the others are left alone; progress and result say so exactly (R1, R2, R12, R26)", async (t) => {
    const bulk = await openBulk(t);
    const before = await bulk.pictures();
    const { drawing } = holdPreviews(bulk.server);
    await bulk.generates("completed", async () => {
      await drawing.reached(5);
      for (let done = 0; done < 8; done += 1) {
        await bulk.counts(`Completed ${done} of 12, ${Math.min(5, 8 - done)} in progress`);
        drawing.release(1);
      }
    });
    await bulk.counts("Completed 8 of 12, 0 in progress, 4 skipped");
    const result = await bulk.result();
    assert.deepEqual(Object.keys(result), ["success", "generated", "failed", "results"]);
    assert.deepEqual(withoutUrls(result), {
      success: true,
      generated: 8,
      failed: 0,
      results: WITHOUT_PREVIEW.map((sceneNumber) => ({ sceneNumber, success: true, url: "a drawing" })),
    });
    const after = await bulk.pictures();
    assert.deepEqual(
      result.results.map(({ url }) => url),
      WITHOUT_PREVIEW.map((sceneNumber) => after[sceneNumber]),
    );
    for (const sceneNumber of [1, 4, 9, 12]) assert.equal(after[sceneNumber], before[sceneNumber]);
    const { maxInFlight, byPhase } = bulk.stats;
    assert.deepEqual([maxInFlight, byPhase.preview.calls], [5, 8]);
    await bulk.assertAccounts({ mine: [32, 0, 32], servers: [32, 0, 32] });

    // All are there now: there is nothing to be done, and that is a success.
    await bulk.press("start");
    await until("the next run has ended", async () => (await bulk.result()).generated === 0);
    assert.deepEqual(await bulk.result(), { success: true, generated: 0, failed: 0, results: [] });
    assert.equal(bulk.stats.calls, 8);
    bulk.assertNoComplaints();
  });

  test("partial failures, among the hardest faults: the others are made and paid once, the failed one is refunded once and can be made again (R1, R16, R26)", async (t) => {
    const bulk = await openBulk(t);
    bulk.server.lab.faults = { preset: "hardest", slow: 0 };
    await bulk.get("forbidden").check();
    await bulk.generates("partial");
    const { results, ...sums } = withoutUrls(await bulk.result());
    assert.deepEqual(sums, { success: true, generated: 7, failed: 1 });
    assert.deepEqual(
      results.map(({ sceneNumber }) => sceneNumber),
      WITHOUT_PREVIEW,
    );
    assert.deepEqual(
      results.find(({ success }) => !success),
      { sceneNumber: 8, success: false, error: "The provider rejected the prompt" },
    );
    await bulk.assertAccounts({ mine: [32, 4, 28] });
    assert.equal((await bulk.account("servers")).spent, 28);

    await bulk.get("forbidden").uncheck();
    await bulk.get("retry-8").click();
    await bulk.item(8, "fulfilled").waitFor();
    assert.equal((await bulk.result()).generated, 8);
    await bulk.get("status").getByText("Complete").waitFor();
    await bulk.assertAccounts({ mine: [36, 4, 32] });
    assert.equal((await bulk.account("servers")).spent, 32);
    const { doubleGenerations, piecesGenerated, creditsBalance } = bulk.stats;
    assert.deepEqual(
      { doubleGenerations, piecesGenerated, creditsBalance },
      { doubleGenerations: 0, piecesGenerated: 8, creditsBalance: 1000 - 32 },
    );
    bulk.assertNoComplaints();
  });

  test("animations are made of previews, three at once, and polled for among faults (R2, R16, R20)", async (t) => {
    const bulk = await openBulk(t);
    await bulk.generates("completed");
    bulk.server.lab.reset();
    bulk.server.lab.faults = { preset: "hard", slow: 0 };
    await bulk.choose("animation");
    const making = bulk.server.lab.hold("animation");
    await bulk.generates("completed", async () => {
      await making.reached(3);
      making.release();
    });
    const { success, generated, failed, results } = withoutUrls(await bulk.result());
    assert.deepEqual({ success, generated, failed }, { success: true, generated: 11, failed: 0 });
    assert.deepEqual(
      results.map(({ sceneNumber }) => sceneNumber),
      [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12],
    );
    const { maxInFlight, byPhase, doubleGenerations } = bulk.stats;
    assert.deepEqual([maxInFlight, byPhase.animation.works, doubleGenerations], [3, 11, 0]);
    const spent = 8 * PRICE.preview + 11 * PRICE.animation;
    await bulk.assertAccounts({ mine: [spent, 0, spent], servers: [spent, 0, spent] });
    assert.ok(bulk.polls > 11, `${bulk.polls} polls`);
    bulk.assertNoComplaints();
  });

  test("a cancel lets orders under way come in and keeps them, starts nothing more, and marks the rest cancelled (R9, R11)", async (t) => {
    const bulk = await openBulk(t);
    const { drawing, replies } = holdPreviews(bulk.server);
    await bulk.press("start");
    await drawing.reached(5);
    drawing.release(1);
    await bulk.page.locator(".item.fulfilled").first().waitFor();
    await drawing.reached(6);
    await bulk.press("cancel");
    await bulk.page.locator('.status[data-status="cancelling"]').waitFor();
    drawing.release();
    await bulk.ends("cancelled");
    replies.release();
    await atRest(bulk.server);
    assert.equal(bulk.stats.calls, 6, "a call was begun after the cancel");
    const { success, generated, failed, results } = withoutUrls(await bulk.result());
    assert.deepEqual([success, generated, failed], [false, 6, 2]);
    assert.deepEqual(
      results.map(({ sceneNumber }) => sceneNumber),
      WITHOUT_PREVIEW,
    );
    assert.deepEqual(results.at(-1), { sceneNumber: 11, success: false, error: "cancelled" });
    await bulk.item(12, "skipped").waitFor();
    assert.ok(results.every(({ success, url, error }) => (success ? url === "a drawing" : error === "cancelled")));
    assert.equal((await bulk.account("mine")).spent, generated * PRICE.preview);

    await bulk.generates("completed");
    assert.equal((await bulk.result()).generated, failed);
    const { doubleGenerations, piecesGenerated } = bulk.stats;
    assert.deepEqual({ doubleGenerations, piecesGenerated }, { doubleGenerations: 0, piecesGenerated: 8 });
    await bulk.assertAccounts({ servers: [32, 0, 32] });
    assert.equal((await bulk.account("mine")).spent, 32);
    bulk.assertNoComplaints();
  });

  test("an animation cancelled while it is made is refunded once to the visitor, not by the server, and fetched later without being paid again (R9, R16, R26)", async (t) => {
    const bulk = await openBulk(t);
    await bulk.choose("animation");
    const making = bulk.server.lab.hold("animation");
    await bulk.press("start");
    await until("three animations are being made", () => bulk.polls >= 3 && bulk.stats.byPhase.animation.works === 3);
    await bulk.press("cancel");
    await bulk.ends("cancelled");
    assert.deepEqual(await bulk.result(), {
      success: false,
      generated: 0,
      failed: 3,
      results: [1, 9, 12].map((sceneNumber) => ({ sceneNumber, success: false, error: "cancelled" })),
    });
    await bulk.assertAccounts({ mine: [36, 36, 0], servers: [36, 0, 36] });
    assert.match(await bulk.get("kept").textContent(), /^The server charged 36 credits/);
    making.release();

    await bulk.generates("completed");
    await bulk.assertAccounts({ mine: [72, 36, 36], servers: [36, 0, 36] });
    assert.equal(await bulk.get("kept").count(), 0);
    const { calls, piecesGenerated } = bulk.stats;
    assert.deepEqual({ calls, piecesGenerated }, { calls: 3, piecesGenerated: 3 });
    bulk.assertNoComplaints();
  });

  test("rate limiting: a refusal holds back all scenes, and fewer are tried at once (R14, R21)", async (t) => {
    const bulk = await openBulk(t);
    bulk.server.lab.faults.quota = 2;
    const { drawing } = holdPreviews(bulk.server);
    await bulk.generates("completed", async () => {
      await until("three of five are refused", () => bulk.stats.replies[429] >= 3);
      drawing.release();
    });
    assert.equal((await bulk.result()).generated, 8);
    const { replies, maxInFlight } = bulk.stats;
    assert.equal(maxInFlight, 2);
    // Three of the first five, and hardly any more: without a shared wait and a lower limit it would be three each
    // round.
    assert.ok(replies[429] >= 3 && replies[429] <= 6, `${replies[429]} refusals`);
    bulk.assertNoComplaints();
  });

  test("the sum is checked before a single call; credits that run out on the way pause the run (R8, R26)", async (t) => {
    const bulk = await openBulk(t);
    await bulk.get("balance").selectOption("20");
    await until("the balance is set", () => bulk.stats.creditsBalance === 20);
    await bulk.press("start");
    assert.equal(await bulk.text("failure"), "This takes 32 credits, 20 are left");
    assert.deepEqual([bulk.stats.calls, await bulk.text("status")], [0, "Not started"]);
    await bulk.assertAccounts({ mine: [0, 0, 0], servers: [0, 0, 0] });

    bulk.server.lab.reset({ credits: 32 });
    const { drawing } = holdPreviews(bulk.server);
    await bulk.press("start");
    await drawing.reached(5);
    bulk.server.lab.reset({ credits: 0 });
    drawing.release();
    await bulk.ends("paused");
    assert.equal(await bulk.text("failure"), "This takes 4 credits, 0 are left");
    bulk.server.lab.reset({ credits: 100 });
    await bulk.press("resume");
    await bulk.ends("completed");
    assert.equal((await bulk.result()).generated, 8);
    assert.equal((await bulk.account("mine")).spent, 32);
    await bulk.assertAccounts({ servers: [32, 0, 32] });
    bulk.assertNoComplaints();
  });

  test("a picture that is not there after its tries has timed out, is refunded, and is fetched by the next try (R18, R20)", async (t) => {
    const bulk = await openBulk(t);
    bulk.server.lab.faults.slow = 1; // no reply is held for so long
    let stuck = "";
    await bulk.page.route("**/api/bulk/generations/*", async (route) => {
      const reply = await route.fetch();
      const json = await reply.json();
      stuck ||= json.id;
      if (json.id !== stuck) return route.fulfill({ response: reply });
      return route.fulfill({ json: { ...json, status: "processing", output_url: undefined } });
    });
    await bulk.generates("partial");
    const { generated, failed, results } = await bulk.result();
    const late = results.find(({ success }) => !success);
    assert.deepEqual([generated, failed, late.error], [7, 1, "The server did not reply in time."]);
    const polls = bulk.pollsOf.get(stuck);
    // How many fit into its time depends on the machine; never more than its tries.
    assert.ok(polls !== undefined && polls > 1 && polls <= 61, `${polls} polls`);
    await bulk.assertAccounts({ mine: [32, 4, 28], servers: [32, 0, 32] });

    await bulk.page.unroute("**/api/bulk/generations/*");
    await bulk.get(`retry-${late.sceneNumber}`).click();
    await bulk.item(late.sceneNumber, "fulfilled").waitFor();
    await bulk.assertAccounts({ mine: [36, 4, 32], servers: [32, 0, 32] });
    bulk.assertNoComplaints();
  });
});

/** Replies wait for their drawings, and nothing is polled for. */
function holdPreviews({ lab }) {
  return { drawing: lab.hold("preview"), replies: lab.hold("reply/preview") };
}

/**
 * Addresses are new every time: what they look like is enough.
 * @param {any} result
 */
function withoutUrls({ results, ...sums }) {
  return {
    ...sums,
    results: results.map((result) => {
      if (!("url" in result)) return result;
      assert.match(result.url, DRAWING);
      return { ...result, url: "a drawing" };
    }),
  };
}

class BulkPage {
  /** How often each generation was asked for. @type {Map<string, number>} */
  pollsOf = new Map();
  #storyboard;

  constructor(storyboard, server) {
    this.#storyboard = storyboard;
    this.server = server;
    this.page.on("request", (request) => {
      const id = /\/api\/bulk\/generations\/([\w-]+)$/.exec(request.url())?.[1];
      if (id) this.pollsOf.set(id, (this.pollsOf.get(id) ?? 0) + 1);
    });
  }

  get page() {
    return this.#storyboard.page;
  }

  get stats() {
    return this.server.lab.stats;
  }

  get polls() {
    return [...this.pollsOf.values()].reduce((sum, polls) => sum + polls, 0);
  }

  get(testId) {
    return this.#storyboard.get(testId);
  }

  text(testId) {
    return this.#storyboard.text(testId);
  }

  press(testId) {
    return this.get(testId).click();
  }

  choose(kind) {
    return this.get(`kind-${kind}`).check();
  }

  item(sceneNumber, status) {
    return this.page.locator(`[data-testid="item-${sceneNumber}"][data-status="${status}"]`);
  }

  /** Waits for this end of the run that was pressed for. */
  async ends(status) {
    const ended = ["completed", "partial", "failed", "cancelled", "paused"];
    await this.page.locator(ended.map((end) => `.status[data-status="${end}"]`).join()).waitFor();
    assert.equal(await this.page.locator(".status").getAttribute("data-status"), status);
  }

  /**
   * Starts a run and waits for its end: not for that of the run before it, which may be on the page still. `meanwhile`
   * is done while it is under way.
   */
  async generates(status, meanwhile = () => {}) {
    const began = this.page.evaluate(
      () =>
        new Promise((done) => {
          const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
          const isRunning = () => find(".status").dataset.status === "running" && done(undefined);
          new MutationObserver(isRunning).observe(find("[aria-label=Progress]"), {
            subtree: true,
            childList: true,
            attributes: true,
          });
        }),
    );
    await this.get("start").or(this.get("resume")).click();
    await began;
    await meanwhile();
    await this.ends(status);
  }

  async result() {
    // It is taken away while a run is under way.
    return JSON.parse(await this.get("result").textContent());
  }

  /** The addresses of all pictures, by scene. */
  async pictures() {
    const found = await this.page
      .locator(".item")
      .evaluateAll((items) =>
        items.map((item) => [item.dataset.testid.slice(5), item.querySelector("img")?.getAttribute("src") ?? null]),
      );
    return Object.fromEntries(found);
  }

  async account(name) {
    const [charged, refunded, spent] = await Promise.all(
      ["charged", "refunded", "spent"].map(async (figure) => Number(await this.text(`${name}-${figure}`))),
    );
    return { charged, refunded, spent };
  }

  /** The server's is asked for after every change: it may be about to come. */
  async assertAccounts(expected) {
    for (const [name, figures] of Object.entries(expected)) {
      const read = async () => Object.values(await this.account(name));
      await until(`${name} has ${figures}`, async () => `${await read()}` === `${figures}`).catch(async () =>
        assert.deepEqual(await read(), figures, name),
      );
    }
  }

  /** Waits until the page counts so. @param {string} said how it begins */
  counts(said) {
    return this.get("counts")
      .filter({ hasText: new RegExp(`^${said}`) })
      .waitFor();
  }

  assertNoComplaints() {
    this.#storyboard.assertNoComplaints();
  }
}
