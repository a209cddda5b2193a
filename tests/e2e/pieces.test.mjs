import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assertWhole,
  openStoryboard,
  PICTURES_AT_ONCE,
  PRICES,
  patience,
  SOUNDS_AT_ONCE,
  startServer,
  useChromium,
} from "./helpers.mjs";

describe("single pieces of a complete storyboard in Chromium", patience, () => {
  const browser = useChromium();

  /** A complete storyboard. */
  async function finished(t, options) {
    const server = await startServer(t, options);
    const storyboard = await openStoryboard(t, browser, server);
    const scenes = await storyboard.complete();
    return { server, storyboard, scenes };
  }

  /** Waits until the run that this starts has ended. */
  async function remake(storyboard, start) {
    await storyboard.begins(start);
    await storyboard.reaches("complete");
  }

  /** Presses all buttons in one instant, as no hand could. */
  const askForAll = ({ page }, kinds) =>
    page
      .locator(kinds.map((kind) => `[data-testid^="regenerate-${kind}-"]`).join())
      .evaluateAll((buttons) => buttons.forEach((button) => button.click()));

  /** The scenes whose picture or sound is another one now. */
  const changed = (before, after, field) =>
    after.scenes.filter((scene, n) => scene[field] !== before.scenes[n][field]).map(({ index }) => index);

  test("two clicks make one new piece, and only that one is called for, made and paid (R8, R16)", async (t) => {
    const { server, storyboard, scenes } = await finished(t);
    for (const { kind, wanted, field, other, price } of [
      { kind: "image", wanted: 2, field: "imageUrl", other: "audioUrl", price: PRICES.images },
      { kind: "audio", wanted: 3, field: "audioUrl", other: "imageUrl", price: PRICES.audio },
    ]) {
      const before = await storyboard.project();
      server.lab.reset({ credits: 1000 });
      storyboard.calls.length = 0;
      const held = server.lab.hold(kind);
      await storyboard.begins(() => storyboard.get(`regenerate-${kind}-${wanted}`).dblclick());
      await held.reached(1);
      held.release();
      await storyboard.reaches("complete");
      assert.deepEqual(
        storyboard.calls.map(({ phase, index }) => [phase, index]),
        [[`regenerate_${kind}`, wanted]],
      );
      const { byPhase, creditsUsed, creditsBalance } = server.lab.stats;
      assert.deepEqual(byPhase, { [`regenerate_${kind}`]: { calls: 1, works: 1, pieces: 1, credits: price } });
      assert.deepEqual([creditsUsed, creditsBalance], [price, 1000 - price]);
      const after = await storyboard.project();
      assert.deepEqual([changed(before, after, field), changed(before, after, other)], [[wanted], []]);
      const pictures = await storyboard.page
        .locator(".scene img")
        .evaluateAll((images) => images.map((image) => image.getAttribute("src")));
      assert.deepEqual(
        pictures,
        after.scenes.map(({ imageUrl }) => imageUrl),
      );

      await remake(storyboard, () => storyboard.get(`regenerate-${kind}-${wanted}`).click());
      assert.equal(new Set(storyboard.calls.map(({ key }) => key)).size, 2, "a new wish has a key of its own");
    }
    await assertWhole(storyboard, scenes);
    storyboard.assertNoComplaints();
  });

  test("all asked for at once: never more than 2 pictures and 3 sounds are under way, by the server’s count (R2, R13)", async (t) => {
    const { server, storyboard, scenes } = await finished(t);
    for (const { kinds, atOnce } of [
      { kinds: ["image"], atOnce: PICTURES_AT_ONCE },
      { kinds: ["audio"], atOnce: SOUNDS_AT_ONCE },
      { kinds: ["image", "audio"], atOnce: PICTURES_AT_ONCE + SOUNDS_AT_ONCE },
    ]) {
      server.lab.reset({ credits: 1000 });
      const held = server.lab.hold(...kinds);
      await storyboard.begins(() => askForAll(storyboard, kinds));
      await held.reached(atOnce);
      held.release();
      await storyboard.reaches("complete");
      const { maxInFlight, byPhase, doubleGenerations } = server.lab.stats;
      assert.deepEqual([maxInFlight, doubleGenerations], [atOnce, 0], kinds.join());
      for (const kind of kinds) assert.equal(byPhase[`regenerate_${kind}`].pieces, scenes);
    }
    await assertWhole(storyboard, scenes);
    storyboard.assertNoComplaints();
  });

  test("cancelled while they are made keep the pieces that they were to replace (R9)", async (t) => {
    const { storyboard, scenes } = await finished(t);
    // No call reaches the server.
    await storyboard.page.route("**/api/generate", () => {});
    await storyboard.begins(() => askForAll(storyboard, ["image"]));
    await storyboard.get("cancel").click();
    await storyboard.reaches("cancelled");
    await assertWhole(storyboard, scenes);
    storyboard.assertNoComplaints();
  });
});
