import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atRest, openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";

const METADATA_PRICE = 2;
/** The page's own pace: the share of a real second that is left. */
const PACE = 0.005;
const MILESTONES = [0, 5, 10, 15, 25, 90, 92, 95, 100];
const ends = ["completed", "partial", "cancelled", "failed", "paused"];

const range = (first, last) => Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

/** The page, and each request for something paid as the server was sent it. */
class Script {
  calls = [];

  constructor(storyboard) {
    const { page, server } = storyboard;
    this.storyboard = storyboard;
    this.page = page;
    this.server = server;
    const isPaid = (request) => request.method() === "POST" && new URL(request.url()).pathname === "/api/script";
    page.on("request", (request) => {
      if (!isPaid(request)) return;
      const { "idempotency-key": key, "x-api-key": apiKey } = request.headers();
      this.calls.push({ ...request.postDataJSON(), key, apiKey });
    });
    page.on("requestfinished", async (request) => {
      if (!isPaid(request)) return;
      const reply = await request.response();
      const body = await reply?.json().catch(() => undefined);
      if (body?.script_id) this.id = body.script_id;
    });
  }

  get(testId) {
    return this.page.getByTestId(testId);
  }

  /** @param {Record<string, string | number>} choices by the name of the field */
  async choose(choices) {
    for (const [field, value] of Object.entries(choices)) await this.get(field).selectOption(String(value));
  }

  async start() {
    await this.get("start").click();
  }

  /** Waits until it stands, and tells at once when it does so in another way. */
  async reaches(status) {
    await this.page.locator(ends.map((end) => `.status[data-status="${end}"]`).join()).waitFor();
    const failure = (await this.get("failure").count()) > 0 ? await this.get("failure").textContent() : undefined;
    assert.equal(await this.page.locator(".status[data-status]").getAttribute("data-status"), status, failure);
  }

  async run(choices) {
    await this.choose(choices);
    await this.start();
    await this.reaches("completed");
  }

  /** The server's own record: the scenes in the order in which they were written, each with its context. */
  async record() {
    return (await fetch(`${this.server.url}/api/script/${this.id}`)).json();
  }

  /**
   * Returns the scenes that can be seen, in the order of the page.
   * @returns {Promise<{scene: number, status: string, text: string}[]>}
   */
  scenes() {
    return this.page.locator('[data-testid^="batch-"] .item').evaluateAll((items) =>
      items.map((item) => ({
        scene: Number(item.dataset.testid.slice(5)),
        status: item.dataset.status,
        text: item.dataset.status === "fulfilled" ? item.querySelector(".item-view").textContent : "",
      })),
    );
  }

  requestsFor(scene) {
    return this.calls.filter(({ scene_num }) => scene_num === scene);
  }

  /**
   * The frozen context (R3): all scenes of a batch were written after the same last three scenes of the batches before,
   * and no batch began before the one before it was there.
   */
  async assertInBatches(count, size) {
    const { written, total_scenes } = await this.record();
    assert.equal(total_scenes, count);
    assert.deepEqual(sorted(written.map(({ scene_num }) => scene_num)), range(1, count));
    for (const [n, { scene_num, previous_scenes }] of written.entries()) {
      const batch = Math.floor((scene_num - 1) / size);
      assert.equal(Math.floor(n / size), batch, `scene ${scene_num} was written as number ${n + 1}`);
      assert.deepEqual(previous_scenes, range(1, batch * size).slice(-3), `the context of scene ${scene_num}`);
    }
    const seen = await this.scenes();
    assert.deepEqual(
      seen.map(({ scene }) => scene),
      range(1, count),
      "in order on the page",
    );
    assert.ok(seen.every(({ status, text }) => status === "fulfilled" && text.length > 20));
    assert.equal(
      await this.page.locator('[data-testid^="batch-"][data-state="written"]').count(),
      Math.ceil(count / size),
    );
  }

  /** R16: metadata and every scene were written once and paid once, and the page says so. */
  async assertPaidOnce(count) {
    const { creditsUsed, doubleGenerations, doubleCharges, byPhase } = this.server.lab.stats;
    assert.deepEqual(
      [creditsUsed, doubleGenerations, doubleCharges, byPhase.scene.works],
      [METADATA_PRICE + count, 0, 0, count],
    );
    assert.match(await this.get("facts").textContent(), new RegExp(`(^| )${METADATA_PRICE + count} credits$`));
  }
}

describe("a script in batches in Chromium", patience, () => {
  const browser = useChromium();

  /**
   * @param {import('node:test').TestContext} t
   * @param {{pace?: number, server?: import('../../www/server/index.mjs').GenerationServerOptions}} [options] `pace` is
   * the page's
   */
  async function open(t, { pace = PACE, server: options } = {}) {
    const server = await startServer(t, { pace: 1, ...options });
    const storyboard = await openStoryboard(t, browser, server, { path: `/script?pace=${pace}` });
    t.after(() => storyboard.assertNoComplaints());
    await storyboard.record();
    return new Script(storyboard);
  }

  test("75 scenes in 15 batches of 5 among faults: in order, each batch after one frozen context of 3 scenes, paid once (R3, R14, R16)", async (t) => {
    const script = await open(t, { server: { seed: 173 } });
    script.server.lab.faults = { preset: "hard" };
    await script.run({ minutes: 10, "batch-size": 5 });
    await script.assertInBatches(75, 5);
    await script.assertPaidOnce(75);
    const { maxInFlight, calls, replies } = script.server.lab.stats;
    assert.ok(maxInFlight <= 5, `${maxInFlight} at once`);
    assert.ok(calls > 90 && replies[503] > 0, "there were faults");
    assert.equal(
      new Set(script.calls.map(({ key }) => key)).size,
      76,
      "one idempotency key a scene, over all its attempts",
    );
    assert.match(await script.get("checked").textContent(), /the scenes are continuous/);
    t.diagnostic(`${calls} calls for 76 pieces`);
  });

  test("progress is 5, 10, 15, 25 %, then a line to 90 by finished scenes, then 92, 95, 100 (R6, R12)", async (t) => {
    const script = await open(t);
    await script.run({ minutes: 3, "batch-size": 5 });
    const { percents } = await script.storyboard.recorded();
    assert.deepEqual(percents, sorted(percents), "it never falls");
    const byScenes = range(0, 22).map((scenes) => Math.round(25 + (65 * scenes) / 22));
    const known = new Set([...MILESTONES, ...byScenes]);
    assert.deepEqual(
      percents.filter((percent) => !known.has(percent)),
      [],
    );
    assert.deepEqual(
      MILESTONES.filter((percent) => !percents.includes(percent)),
      [],
      "no milestone is left out",
    );
    assert.ok(new Set(percents.filter((percent) => byScenes.includes(percent))).size > 8, "it rises scene by scene");
  });

  test("the counts of the document’s table, 22, 37, 75 and 113 scenes; a single batch, partial batches, long videos (R3)", async (t) => {
    const script = await open(t, { pace: 0.002 });
    for (const [minutes, count, size] of [
      [1, 7, 10],
      [3, 22, 10],
      [15, 113, 5],
    ]) {
      script.server.lab.reset({ credits: 1000 });
      await script.choose({ minutes, "batch-size": size });
      const batches = Math.ceil(count / size);
      assert.equal(
        await script.get("plan").textContent(),
        `${count} scenes in ${batches} ${batches === 1 ? "batch" : "batches"}`,
      );
      const written = script.server.lab.hold("metadata");
      await script.start();
      await script.page.locator('.status[data-status="running"]').waitFor();
      await script.page.getByText(`0 of ${count} scenes written`).waitFor();
      written.release();
      await script.reaches("completed");
      await script.assertInBatches(count, size);
      await script.assertPaidOnce(count);
      const seconds = script.calls
        .filter(({ total_scenes, phase }) => phase === "scene" && total_scenes === count)
        .reduce((sum, { duration }) => sum + duration, 0);
      assert.equal(seconds, 60 * minutes, "the scenes are as long as the video");
    }
    assert.ok(script.server.lab.stats.maxInFlight <= 5, "of the browser’s six connections one stays free (R22)");
    const lengths = await script.get("minutes").locator("option").allTextContents();
    assert.deepEqual(lengths, [
      "1 minute: 7 scenes",
      "3 minutes: 22 scenes",
      "5 minutes: 37 scenes",
      "10 minutes: 75 scenes",
      "15 minutes: 113 scenes",
    ]);
  });

  test("a scene that fails for good: its batch and the earlier ones are kept, and go on where they were once it is mended (R8, R11)", async (t) => {
    const script = await open(t);
    await script.choose({ minutes: 3, "batch-size": 5, refused: 8 });
    await script.start();
    await script.reaches("paused");
    assert.equal(await script.storyboard.text("failure"), "Scene 8 violates the content policy");
    await atRest(script.server, 200);
    const kept = await script.scenes();
    const written = [1, 2, 3, 4, 5, 6, 7, 9, 10];
    assert.deepEqual(
      kept.filter(({ status }) => status === "fulfilled").map(({ scene }) => scene),
      written,
    );
    assert.deepEqual(
      sorted(script.calls.flatMap(({ scene_num }) => scene_num ?? [])),
      range(1, 10),
      "a refusal is not repeated, and the next batch has not begun",
    );

    await script.get("resume").click();
    await script.page.locator('[data-testid="item-8"][data-status="rejected"]').waitFor();
    await script.reaches("paused");
    assert.equal(script.requestsFor(8).length, 2, "not mended yet, it fails again and alone");
    assert.equal(script.requestsFor(11).length, 0);

    await script.choose({ refused: "" });
    await script.get("resume").click();
    await script.page.locator('.status[data-status="running"], .status[data-status="completed"]').waitFor();
    await script.reaches("completed");
    for (const scene of written)
      assert.equal(script.requestsFor(scene).length, 1, `scene ${scene} was not asked for again`);
    assert.equal(new Set(script.requestsFor(8).map(({ key }) => key)).size, 1);
    const scenes = await script.scenes();
    assert.deepEqual(scenes.slice(0, 5), kept.slice(0, 5));
    const record = await script.record();
    assert.deepEqual(
      record.written.find(({ scene_num }) => scene_num === 8).previous_scenes,
      [3, 4, 5],
      "it was written after what its batch saw",
    );
    assert.deepEqual(record.written.find(({ scene_num }) => scene_num === 11).previous_scenes, [8, 9, 10]);
    await script.assertInBatches(22, 5);
    await script.assertPaidOnce(22);
  });

  test("one scene can be written again by itself while the rest is paused (R8)", async (t) => {
    const script = await open(t);
    await script.choose({ minutes: 1, "batch-size": 3, refused: 6 });
    await script.start();
    await script.reaches("paused");
    await atRest(script.server, 100);
    await script.choose({ refused: "" });
    await script.get("retry-6").dblclick();
    await script.page.locator('[data-testid="item-6"][data-status="fulfilled"]').waitFor();
    assert.equal(await script.get("status").textContent(), "Paused");
    assert.equal(script.requestsFor(6).length, 2, "two clicks are one retry");
    await script.get("resume").click();
    await script.page.locator('.status[data-status="completed"]').waitFor();
    await script.assertInBatches(7, 3);
    await script.assertPaidOnce(7);
  });

  test("refusals wait as long as the real service does: 503 10(n+1) s, 429 8+4n s to 20 s, other 5xx 5(n+1) s, and another API key each time (R14, R19)", async (t) => {
    const script = await open(t, { pace: 1, server: { pace: PACE } });
    const refusals = [503, 429, 500, 503, 429];
    const waits = [10, 12, 15, 40, 20];
    await script.page.route("**/api/script", (route) => {
      const isScene2 = route.request().postDataJSON().scene_num === 2;
      const status = isScene2 ? refusals[script.requestsFor(2).length - 1] : undefined;
      return status ? route.fulfill({ status, json: { error: "Not now" } }) : route.fallback();
    });
    await script.choose({ minutes: 1, "batch-size": 3 });
    // The page's own clock goes on only as far as it is told: not a second too early, not a second too late, however
    // busy the machine.
    await script.page.clock.install();
    await script.page.clock.pauseAt(Date.now() + 60_000);
    await script.start();
    const retrying = script.page.locator('[data-testid="item-2"][data-status="retrying"]');
    for (const [n, seconds] of waits.entries()) {
      await retrying.waitFor();
      assert.equal(script.requestsFor(2).length, n + 1);
      await script.page.clock.runFor(1_000 * seconds - 100);
      assert.equal(await retrying.count(), 1, `after ${refusals[n]}, n = ${n}: less than ${seconds} s`);
      assert.equal(script.requestsFor(2).length, n + 1);
      const next = script.page.waitForRequest(
        (request) => request.method() === "POST" && request.postDataJSON()?.scene_num === 2,
      );
      await script.page.clock.runFor(200);
      await next;
    }
    await script.page.clock.resume();
    await script.reaches("completed");
    const requests = script.requestsFor(2);
    assert.equal(requests.length, 6);
    assert.equal(new Set(requests.map(({ key }) => key)).size, 1);
    assert.ok(new Set(requests.map(({ apiKey }) => apiKey)).size > 1);
    await script.assertPaidOnce(7);
  });

  test("API keys take turns, one a request; a batch as large as there are keys never meets a busy one, a larger one waits (document: future 1)", async (t) => {
    const script = await open(t);
    await script.run({ minutes: 1, "api-keys": 3, "batch-size": "keys" });
    const used = script.calls.map(({ apiKey }) => apiKey);
    assert.deepEqual(
      used,
      used.map((_, n) => `demo-key-${(n % 3) + 1}`),
    );
    await script.assertInBatches(7, 3);
    assert.equal(script.server.lab.stats.replies[429], undefined);

    script.server.lab.reset({ credits: 1000 });
    await script.choose({ "api-keys": 1, "batch-size": 5 });
    const written = script.server.lab.hold("scene");
    await script.start();
    await script.page.locator('.status[data-status="running"]').waitFor();
    await until("the key is busy", () => script.server.lab.stats.replies[429] > 0);
    written.release();
    await script.reaches("completed");
    await script.assertInBatches(7, 5);
    await script.assertPaidOnce(7);
  });

  test("cancelled: what is under way is paid for and kept, and nothing follows; the remaining time was told from the first scene on (R9, R11, R12)", async (t) => {
    const script = await open(t);
    await script.choose({ minutes: 15, "batch-size": 5 });
    const written = script.server.lab.hold("scene");
    written.release(10);
    await script.page.evaluate(() => {
      globalThis.told = [];
      const counts = /** @type {HTMLElement} */ (document.querySelector('[data-testid="counts"]'));
      new MutationObserver(() => globalThis.told.push(counts.textContent)).observe(counts, {
        characterData: true,
        childList: true,
        subtree: true,
      });
    });
    await script.start();
    await script.page.locator('[data-testid="batch-2"][data-state="written"]').waitFor();
    await written.reached(15);
    await script.get("cancel").click();
    await script.page.locator('.status[data-status="cancelling"]').waitFor();
    written.release();
    await script.reaches("cancelled");
    const calls = await atRest(script.server, 300);
    const { works } = script.server.lab.stats.byPhase.scene;
    const seen = await script.scenes();
    assert.equal(seen.filter(({ status }) => status === "fulfilled").length, works, "whatever was paid for is there");
    assert.equal(works, 15);
    assert.equal(calls, works + 1);
    assert.match(
      await script.get("counts").textContent(),
      new RegExp(`^${works} of 113 scenes written, 0 in progress, ${113 - works} cancelled`),
    );
    const told = await script.page.evaluate(() => globalThis.told);
    const withTime = told.filter((text) => text.includes(" left"));
    assert.ok(withTime.length > 0);
    assert.ok(
      withTime.every((text) => !text.startsWith("0 of")),
      withTime.find((text) => text.startsWith("0 of")),
    );
  });
});
