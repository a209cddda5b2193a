import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assertPaidOnce,
  assertProgressRose,
  assertWhole,
  atRest,
  openStoryboard,
  PICTURES_AT_ONCE,
  PRICES,
  patience,
  SHORT_STORY,
  SOUNDS_AT_ONCE,
  startServer,
  until,
  useChromium,
} from "./helpers.mjs";

/** The wait that the server asks of callers for whom there is no place. */
const LONG_WAIT = 20_000;

/**
 * Its dice bring the short story dropped calls, lost replies and a 503, and few of them in a row: who fails again waits
 * longer.
 */
const SEED = 5;

describe("phases, rounds and polls in Chromium", patience, () => {
  const browser = useChromium();

  async function begin(t, options) {
    const server = await startServer(t, options);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    return { server, storyboard };
  }

  /**
   * Answers calls in the server's place: where `answer` gives something for what was sent. Resolves to what ends it.
   */
  async function instead({ page }, answer) {
    const handler = (route) => {
      const reply = answer(route.request().postDataJSON());
      return reply ? route.fulfill({ status: reply.status ?? 200, json: reply.json }) : route.fallback();
    };
    await page.route("**/api/generate", handler);
    return () => page.unroute("**/api/generate", handler);
  }

  const sent = ({ calls }, phase) => calls.filter((call) => call.phase === phase);
  const indexes = (calls) => calls.map(({ index }) => index).sort((a, b) => a - b);

  test("a phase that fails ends the story there; Resume begins with it, and buys nothing of the earlier ones again (R6, R8, R12, R16)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    const mend = await instead(
      storyboard,
      ({ imageStartIndex }) => imageStartIndex === 4 && { status: 403, json: { error: "The painter has left" } },
    );
    await storyboard.press("generate");
    await storyboard.reaches("failed");
    assert.equal(await storyboard.text("failure"), "The painter has left");
    const scenes = (await storyboard.pieces()).length;
    const { percents } = await storyboard.recorded();
    // Script 10, audio 30, images 50 of which the first four are there: as the bar has said on its way.
    for (const percent of [10, 40, Math.round(40 + (50 * 4) / scenes)])
      assert.ok(percents.includes(percent), `${percent} is not among ${percents}`);
    assert.equal(percents.at(-1), Math.round(40 + (50 * 4) / scenes));

    await mend();
    storyboard.calls.length = 0;
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    const expected = [
      ...Array.from({ length: Math.ceil(scenes / 4) - 1 }, (_, n) => ["images", 4 * (n + 1)]),
      ["finalize", undefined],
    ];
    assert.deepEqual(
      storyboard.calls.map(({ phase, index }) => [phase, index]),
      expected,
    );
    await assertWhole(storyboard, scenes);
    await assertProgressRose(storyboard);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("the limit of a day ends the story at once, whatever else a 429 is; the session’s end does too (R14, R15)", async (t) => {
    const { storyboard, server } = await begin(t);
    for (const { status, json } of [
      { status: 429, json: { error: "That is all for today", code: "DAILY_LIMIT_REACHED" } },
      { status: 401, json: { error: "The session has expired", code: "UNAUTHORIZED" } },
    ]) {
      const mend = await instead(storyboard, ({ phase }) => phase === "audio" && { status, json });
      await storyboard.press(status === 429 ? "generate" : "resume");
      await storyboard.reaches("failed");
      assert.equal(await storyboard.text("failure"), json.error);
      await mend();
    }
    assert.deepEqual([sent(storyboard, "script").length, sent(storyboard, "audio").length], [1, 2]);
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    assertPaidOnce(server, (await storyboard.pieces()).length);
    storyboard.assertNoComplaints();
  });

  test("pieces that the phases leave out are tried in two rounds, and no third; Fill in tries it again, and the bill stays one (R1, R11, R16)", async (t) => {
    const { storyboard, server } = await begin(t);
    const refusals = { 1: 1, 2: Infinity };
    const mend = await instead(storyboard, ({ phase, sceneIndex }) => {
      if (phase === "images")
        return {
          json: {
            success: true,
            phase,
            progress: 90,
            hasMore: false,
            imagesGenerated: 0,
            totalImages: 4,
            phaseTime: 0,
          },
        };
      return (
        phase === "regenerate_image" &&
        refusals[sceneIndex]-- > 0 && {
          status: 400,
          json: { error: "The picture did not come out", code: "CONTENT_POLICY_VIOLATION" },
        }
      );
    });
    await storyboard.press("generate");
    await storyboard.reaches("partial");
    const scenes = (await storyboard.pieces()).length;
    assert.deepEqual(indexes(sent(storyboard, "regenerate_image")), [0, 1, 1, 2, 2, 3]);
    assert.deepEqual(
      (await storyboard.pieces()).map(({ images }) => images),
      ["done", "done", "failed", "done"],
    );
    assert.equal(await storyboard.get("scene-2").getByText("The picture did not come out").count(), 1);
    assert.equal(sent(storyboard, "finalize").length, 1);
    // Both tries of one piece are one wish.
    for (const index of [1, 2])
      assert.equal(
        new Set(
          sent(storyboard, "regenerate_image")
            .filter((call) => call.index === index)
            .map(({ key }) => key),
        ).size,
        1,
      );

    await mend();
    storyboard.calls.length = 0;
    await storyboard.press("fill-missing");
    await storyboard.reaches("complete");
    assert.deepEqual(
      storyboard.calls.map(({ phase, index }) => [phase, index]),
      [["regenerate_image", 2]],
    );
    await assertWhole(storyboard, scenes);
    await assertProgressRose(storyboard);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("a picture that was made by hand between two runs is not made again by a chunk (R8, R16)", async (t) => {
    const { storyboard, server } = await begin(t);
    // The pictures' chunk never gets to the server: there is time to cancel it, however busy the machine is.
    const held = (route) => (route.request().postDataJSON().phase === "images" ? undefined : route.fallback());
    await storyboard.page.route("**/api/generate", held);
    await storyboard.press("generate");
    await until("the pictures are asked for", () => sent(storyboard, "images").length > 0);
    await storyboard.get("cancel").click();
    await storyboard.reaches("cancelled");
    await storyboard.page.unroute("**/api/generate", held);
    await storyboard.begins(() => storyboard.get("regenerate-image-2").click());
    await storyboard.reaches("partial");
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    const scenes = (await storyboard.pieces()).length;
    await assertWhole(storyboard, scenes);
    await assertProgressRose(storyboard);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("submit and poll: each piece is submitted until it is there, a few at once, among faults, and is made and paid once (R2, R16, R20)", async (t) => {
    const { storyboard, server } = await begin(t, { seed: SEED });
    // A quota that holds: the long wait of a busy server has a test of its own.
    server.lab.faults = { loseReply: 0.15, dropBefore: 0.1, unavailable: 0.1, slow: 0.2, quota: SOUNDS_AT_ONCE };
    await storyboard.get("backend").selectOption("submissions");
    const holds = [server.lab.hold("audio"), server.lab.hold("image")];
    await storyboard.press("generate");
    for (const [held, atOnce] of [
      [holds[0], SOUNDS_AT_ONCE],
      [holds[1], PICTURES_AT_ONCE],
    ]) {
      await held.reached(atOnce);
      held.release();
    }
    await storyboard.reaches("complete");
    const scenes = (await storyboard.pieces()).length;
    await assertWhole(storyboard, scenes);
    await assertProgressRose(storyboard);
    assertPaidOnce(server, scenes);

    const { byPhase, maxInFlight, replies, dropped, lostReplies } = server.lab.stats;
    assert.ok(dropped + lostReplies + (replies[503] ?? 0) + (replies[500] ?? 0) > 0, JSON.stringify(server.lab.stats));
    assert.deepEqual(Object.keys(byPhase).sort(), ["finalize", "script", "submit_audio", "submit_image"]);
    assert.ok(maxInFlight <= SOUNDS_AT_ONCE, `${maxInFlight} at once`);
    for (const phase of ["submit_audio", "submit_image"]) {
      const calls = sent(storyboard, phase);
      assert.equal(byPhase[phase].works, scenes);
      assert.ok(calls.length > scenes, `${calls.length} asks for ${scenes} pieces`);
      assert.equal(new Set(calls.map(({ key }) => key)).size, scenes, "a piece is submitted under one key");
      // An ask is so short that no two need ever be open together: that pieces are made side by side shows in whose
      // turn it is.
      const turns = calls.filter(({ index }, at) => index !== calls[at - 1]?.index).length;
      assert.ok(turns > scenes, `${turns} turns for ${scenes} pieces`);
    }
    // A piece that is asked for by itself goes the same way.
    storyboard.calls.length = 0;
    server.lab.faults = { preset: "calm" };
    await storyboard.begins(() => storyboard.get("regenerate-image-0").click());
    await storyboard.reaches("complete");
    assert.deepEqual([...new Set(storyboard.calls.map(({ phase, index }) => `${phase} ${index}`))], ["submit_image 0"]);
    assert.equal(server.lab.stats.byPhase.submit_image.works, scenes + 1);
    storyboard.assertNoComplaints();
    t.diagnostic(
      `${byPhase.submit_audio.calls} asks for ${scenes} sounds, ${byPhase.submit_image.calls} for ${scenes} pictures`,
    );
  });

  test("submit and poll: who is sent away for 20 s makes all wait as long, and then all go on (R20, R21)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.page.clock.install();
    await storyboard.page.reload();
    await storyboard.record();
    await storyboard.write(SHORT_STORY);
    await storyboard.get("backend").selectOption("submissions");
    server.lab.faults.quota = 1;
    const sounds = server.lab.hold("audio");
    // The first has its place, and may ask again at once. Its reply is kept back until the others were sent away.
    let sentAway = 0;
    await storyboard.page.route("**/api/generate", async (route) => {
      if (route.request().postDataJSON().phase !== "submit_audio") return route.fallback();
      const response = await route.fetch();
      const isSentAway = (await response.json()).retryAfterMs === LONG_WAIT;
      if (!isSentAway) await until("the others were sent away", () => sentAway === SOUNDS_AT_ONCE - 1);
      await route.fulfill({ response });
      if (isSentAway) sentAway += 1;
    });
    await storyboard.press("generate");
    await until("three sounds were submitted", () => server.lab.stats.byPhase.submit_audio?.calls >= SOUNDS_AT_ONCE);
    sounds.release();
    await atRest(server);
    const { calls, works } = server.lab.stats.byPhase.submit_audio;
    assert.deepEqual([calls, works], [SOUNDS_AT_ONCE, 1]);
    assert.match(await storyboard.text("counts"), /the server asks to wait \d+ s$/);
    server.lab.faults.quota = null;
    await storyboard.page.clock.fastForward(LONG_WAIT - 5_000);
    await atRest(server);
    assert.equal(server.lab.stats.byPhase.submit_audio.calls, SOUNDS_AT_ONCE);
    await storyboard.page.unrouteAll({ behavior: "wait" });

    await storyboard.page.clock.fastForward(5_000);
    await storyboard.reaches("complete");
    const scenes = (await storyboard.pieces()).length;
    await assertWhole(storyboard, scenes);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("submit and poll: a cancel keeps what was bought, credits that run out end the phase, and Resume buys the rest only (R8, R9, R16)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.get("backend").selectOption("submissions");
    const pictures = server.lab.hold("image");
    await storyboard.press("generate");
    await pictures.reached(1);
    await storyboard.get("cancel").click();
    await storyboard.reaches("cancelled");
    pictures.release();
    await atRest(server);
    const bought = server.lab.stats.byPhase.submit_image.works;

    server.lab.reset({ credits: PRICES.images });
    await storyboard.press("resume");
    await storyboard.reaches("failed");
    assert.match(await storyboard.text("failure"), /^This takes 4 credits, \d are left$/);
    await atRest(server);
    assert.equal(server.lab.stats.byPhase.submit_image.works, 1);
    // A later piece is not sent to hear the same.
    assert.ok(server.lab.stats.replies[402] <= PICTURES_AT_ONCE, `${server.lab.stats.replies[402]} were refused`);

    server.lab.reset({ credits: 1000 });
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    const scenes = (await storyboard.pieces()).length;
    await assertWhole(storyboard, scenes);
    await assertProgressRose(storyboard);
    const { byPhase, doubleGenerations } = server.lab.stats;
    assert.deepEqual(
      [byPhase.submit_image.works, byPhase.submit_audio, doubleGenerations],
      [scenes - bought - 1, undefined, 0],
    );
    storyboard.assertNoComplaints();
  });
});
