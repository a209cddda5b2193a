import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assertPaidOnce,
  assertProgressRose,
  assertWhole,
  HARD_SEED,
  IMAGES_A_CALL,
  openStoryboard,
  patience,
  SHORT_STORY,
  STAGGER,
  startServer,
  until,
  useChromium,
} from "./helpers.mjs";

const IN_ORDER = ["idle", "script", "audio", "images", "finalizing", "complete"];

/** With a share of 15 % each its dice bring every way to break a reply to a short story, one each. */
const BROKEN_SEED = 578;

describe("a story in Chromium", patience, () => {
  const browser = useChromium();

  test("goes from text to a complete storyboard, phase by phase, one chunk at a time and 100 ms apart (R4, R5, R6, R11, R12)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    assert.equal(await storyboard.text("status"), "Not started");
    await storyboard.page.evaluate(recordWaits);

    const scenes = await storyboard.complete();
    assert.ok(scenes >= 6, `${scenes} scenes`);
    assert.equal(await storyboard.text("status"), "Complete");
    assert.equal(await storyboard.text("counts"), `${2 * scenes} of ${2 * scenes} pieces done`);
    await assertWhole(storyboard, scenes);
    await assertProgressRose(storyboard);
    assert.deepEqual((await storyboard.recorded()).statuses, IN_ORDER);
    assertPaidOnce(server, scenes);

    const chunks = (phase, step) => Array.from({ length: Math.ceil(scenes / step) }, (_, n) => [phase, n * step]);
    const expected = [
      ["script", undefined],
      ...chunks("audio", 1),
      ...chunks("images", IMAGES_A_CALL),
      ["finalize", undefined],
    ];
    assert.deepEqual(
      storyboard.calls.map(({ phase, index }) => [phase, index]),
      expected,
    );
    assert.deepEqual(
      storyboard.calls.filter(({ alone, status }) => !alone || status !== 200),
      [],
    );
    assert.equal(server.lab.stats.maxInFlight, 1);
    assertStaggered(await storyboard.page.evaluate(() => /** @type {any} */ (window).waits));
    storyboard.assertNoComplaints();
  });

  /** Runs in the page: notes for how long each call has waited since the last reply of the server, by its clock. */
  function recordWaits() {
    const { fetch } = window;
    const waits = [];
    Object.assign(window, { waits });
    let replied = 0;
    window.fetch = async (url, init) => {
      if (String(url).endsWith("/api/generate") && typeof init?.body === "string")
        waits.push({ phase: JSON.parse(init.body).phase, wait: performance.now() - replied });
      const response = await fetch(url, init);
      if (!String(url).includes("/api/lab")) replied = performance.now();
      return response;
    };
  }

  /** Every chunk begins a while after the one before it, and after the record that is read when it has ended. */
  function assertStaggered(waits) {
    const inPhase = waits.filter(({ phase }, n) => phase === waits[n - 1]?.phase);
    assert.ok(inPhase.length > 6, `${inPhase.length} chunks`);
    // Times in a page are rounded.
    for (const { phase, wait } of inPhase) assert.ok(wait >= STAGGER - 1, `a chunk of ${phase} came after ${wait} ms`);
  }

  test("draws every attempt in the timeline, lists it for who cannot point, and plays a sound when asked to", async (t) => {
    const storyboard = await openStoryboard(t, browser, await startServer(t), { path: "/?backend=concurrent" });
    await storyboard.record();
    await storyboard.write(SHORT_STORY);
    const scenes = await storyboard.complete();
    const phases = storyboard.get("timeline").getByRole("progressbar", { name: "Progress of the phases" });
    assert.equal(await phases.getAttribute("value"), "1");
    const pieces = storyboard.get("timeline").getByRole("group", { name: "Pieces", exact: true });
    await pieces.getByText("List of attempts").click();
    await pieces.locator("tbody tr").first().waitFor();
    const rows = await pieces
      .locator("tbody tr")
      .evaluateAll((rows) => rows.map(({ cells }) => `${cells[0].textContent}, attempt ${cells[2].textContent}`));
    const all = (kind) => Array.from({ length: scenes }, (_, n) => `${kind} of scene ${n + 1}, attempt 1`);
    assert.deepEqual(rows.sort(), [...all("Audio"), ...all("Image")].sort());

    const fetched = storyboard.page.waitForResponse(/\/api\/sounds\//);
    const play = { name: /^Play scene 1,/ };
    await storyboard.page.getByRole("button", play).click();
    assert.ok((await fetched).ok());
    const playing = storyboard.page.getByRole("button", { ...play, pressed: true });
    await playing.click();
    await playing.waitFor({ state: "detached" });
    storyboard.assertNoComplaints();
  });

  test("completes with every fault of the server at its hardest, and nothing is made or paid twice (R14, R15, R16)", async (t) => {
    const server = await startServer(t, { seed: HARD_SEED });
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.get("fault-preset-hardest").click();
    await until("the faults are on", () => server.lab.faults.quota === 3);

    // Somebody else has all the places until the server has refused a call for it.
    server.lab.faults.quota = 0;
    await storyboard.press("generate");
    await until("a call beyond the quota", () => server.lab.stats.replies[429] > 0);
    server.lab.faults.quota = 1;
    await storyboard.reaches("complete");

    const scenes = (await storyboard.pieces()).length;
    assertPaidOnce(server, scenes);
    const { replies, dropped, lostReplies, replays, maxInFlight } = server.lab.stats;
    const troubles = {
      quota: replies[429],
      unavailable: replies[503],
      serverError: replies[500],
      dropped,
      lostReplies,
      replays,
    };
    for (const [name, count] of Object.entries(troubles)) assert.ok(count > 0, `${name}: ${JSON.stringify(troubles)}`);
    assert.equal(maxInFlight, 1);
    assert.deepEqual(
      storyboard.calls.filter(({ alone, key }) => !alone || !key),
      [],
    );
    await assertWhole(storyboard, scenes);
    await assertProgressRose(storyboard);
    storyboard.assertNoComplaints();
    t.diagnostic(`${storyboard.calls.length} requests for ${scenes} scenes: ${JSON.stringify(troubles)}`);

    // The page shows the server's account, not its own.
    for (const [name, count] of Object.entries({ dropped, lostReplies, doubleGenerations: 0 })) {
      await storyboard.get(`stat-${name}`).getByText(String(count), { exact: true }).waitFor();
    }
  });

  test("completes where replies come broken in every way, and nothing is made or paid twice (R14, R15, R16)", async (t) => {
    const server = await startServer(t, { seed: BROKEN_SEED });
    const broken = ["dropDuring", "redirect", "gatewayError", "badJson", "truncated", "empty"];
    server.lab.faults = Object.fromEntries(broken.map((fault) => [fault, 0.15]));
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    const scenes = await storyboard.complete();
    await assertWhole(storyboard, scenes);
    assertPaidOnce(server, scenes);
    const { dropped, brokenReplies, replies } = server.lab.stats;
    assert.deepEqual([dropped, brokenReplies, replies[303], replies[502]], [1, 5, 1, 1]);
    await storyboard.get("stat-brokenReplies").getByText(String(brokenReplies), { exact: true }).waitFor();
    storyboard.assertNoComplaints();
  });
});
