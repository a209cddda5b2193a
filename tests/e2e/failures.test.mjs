import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assertPaidOnce,
  assertProgressRose,
  assertWhole,
  openStoryboard,
  patience,
  SHORT_STORY,
  startServer,
  useChromium,
} from "./helpers.mjs";

describe("a failure that is final, in Chromium", patience, () => {
  const browser = useChromium();

  /** Answers such calls in the server's place, until the returned function is called. */
  async function refuse({ page }, such, status, body) {
    const refusal = async (route) => {
      const sent = route.request().postDataJSON();
      if (Object.entries(such).some(([field, value]) => sent[field] !== value)) await route.fallback();
      else await route.fulfill({ status, json: body, headers: { "retry-after": "0" } });
    };
    await page.route("**/api/generate", refusal);
    return () => page.unroute("**/api/generate", refusal);
  }

  test("too few credits: the server says how many, nothing is repeated, and Resume goes on once there are enough (R8, R14)", async (t) => {
    const server = await startServer(t, { credits: 10 });
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    await storyboard.press("generate");
    await storyboard.reaches("failed");
    assert.match(await storyboard.text("failure"), /^This takes \d+ credits, 10 are left$/);
    assert.equal(server.lab.stats.calls, 1);

    server.lab.reset({ credits: 1000 });
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    assert.equal(await storyboard.get("failure").count(), 0);
    const scenes = (await storyboard.pieces()).length;
    await assertWhole(storyboard, scenes);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("credits that run out on the way: what is there stays, the rest follows after Resume (R8, R11, R24)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    const pictures = server.lab.hold("image");
    await storyboard.press("generate");
    await pictures.reached(1);
    // Work under way was paid before.
    server.lab.reset({ credits: 3 });
    pictures.release();
    await storyboard.reaches("failed");
    assert.match(await storyboard.text("failure"), /^This takes 16 credits, 3 are left$/);
    const pieces = await storyboard.pieces();
    assert.deepEqual(
      pieces.map(({ audio }) => audio),
      pieces.map(() => "done"),
    );
    assert.deepEqual(
      pieces.map(({ images }) => images),
      ["done", "done", "done", "done", "failed", "failed", "failed", "failed"],
    );
    assert.equal(server.lab.stats.replies[402], 1);

    server.lab.reset({ credits: 1000 });
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    await assertWhole(storyboard, pieces.length);
    await assertProgressRose(storyboard);
    const { piecesGenerated, doubleGenerations, byPhase } = server.lab.stats;
    assert.deepEqual([piecesGenerated, doubleGenerations], [4, 0]);
    assert.deepEqual(Object.keys(byPhase), ["images", "finalize"]);
    storyboard.assertNoComplaints();
  });

  test("a server that fails every time: tried six times, told in its own words, and made whole by Resume (R14, R16, R18)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    const mend = await refuse(storyboard, { phase: "images" }, 500, { error: "The painter has fallen ill" });
    await storyboard.press("generate");
    await storyboard.reaches("failed");
    assert.equal(await storyboard.text("failure"), "The painter has fallen ill. Tried 6 times.");
    const attempts = storyboard.calls.filter(({ phase }) => phase === "images");
    assert.equal(attempts.length, 6);
    assert.equal(new Set(attempts.map(({ key }) => key)).size, 1);

    await mend();
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    const scenes = (await storyboard.pieces()).length;
    await assertWhole(storyboard, scenes);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("a bill that cannot be settled: everything is shown, and Resume asks for the bill only (R6, R8, R16)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    const mend = await refuse(storyboard, { phase: "finalize" }, 403, { error: "The account is locked" });
    await storyboard.press("generate");
    await storyboard.reaches("failed");
    assert.equal(await storyboard.text("failure"), "The account is locked");
    const scenes = (await storyboard.pieces()).length;
    await assertWhole(storyboard, scenes);
    assert.equal(await storyboard.get("progress").getAttribute("aria-valuenow"), "90");

    await mend();
    const { calls } = server.lab.stats;
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    assert.equal(server.lab.stats.calls, calls + 1);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("of single pieces: each says why, its siblings go on, and Retry generates it (R1, R2, R11)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    const scenes = await storyboard.complete();
    const mend = await refuse(storyboard, { phase: "regenerate_image", sceneIndex: 1 }, 400, {
      error: "The picture shows too much",
      code: "CONTENT_POLICY_VIOLATION",
    });
    await storyboard.begins(() =>
      storyboard.page
        .locator('[data-testid^="regenerate-"]')
        .evaluateAll((buttons) => buttons.forEach((button) => button.click())),
    );
    const scene = storyboard.get("scene-1");
    await storyboard.reaches("complete");
    assert.equal(await scene.getByText("The picture shows too much").count(), 1);
    const all = (images) =>
      Array.from({ length: scenes }, (_, n) => ({ audio: "done", images: n === 1 ? images : "done" }));
    assert.deepEqual(await storyboard.pieces(), all("failed"));
    const made = () => ["audio", "image"].map((kind) => server.lab.stats.byPhase[`regenerate_${kind}`].pieces);
    assert.deepEqual(made(), [scenes, scenes - 1]);

    await mend();
    await storyboard.begins(() => scene.getByRole("button", { name: "Retry: image of scene 2" }).click());
    await storyboard.reaches("complete");
    assert.equal(await scene.getByText("The picture shows too much").count(), 0);
    await assertWhole(storyboard, scenes);
    assert.deepEqual(made(), [scenes, scenes]);
    storyboard.assertNoComplaints();
  });

  test("a topic that is not generated: the server’s own words, and no second try (R14, R15)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write("A tale of a forbidden topic. It does not end well.");
    await storyboard.press("generate");
    await storyboard.reaches("failed");
    assert.equal(await storyboard.text("failure"), "The story touches a topic that is not generated");
    assert.equal(server.lab.stats.calls, 1);

    await storyboard.write(SHORT_STORY);
    const scenes = await storyboard.complete();
    await assertWhole(storyboard, scenes);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("a text that cannot be told is refused at its field, without a call", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    for (const [text, message] of [
      ["", "The text is empty. Choose a story or paste your own."],
      [" \n ", "The text is empty. Choose a story or paste your own."],
      ["… ?!", "The text has no words."],
      ["A long tale. ".repeat(25_000), "The text is too long: 130 % of the limit."],
    ]) {
      await storyboard.write(text);
      await storyboard.page.getByRole("alert").waitFor({ state: "detached" });
      await storyboard.get("generate").click();
      assert.equal(await storyboard.page.getByRole("alert").textContent(), message);
      const field = storyboard.get("story-text");
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      assert.ok(await field.evaluate((element) => element === document.activeElement));
    }
    assert.equal(await storyboard.text("status"), "Not started");
    assert.equal(server.lab.stats.calls, 0);
    storyboard.assertNoComplaints();
  });

  test("a server that is away is told in plain words, and Resume works when it is back (R15)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    await storyboard.page.route("**/api/projects/*", (route) => route.abort("connectionrefused"));
    await storyboard.press("generate");
    await storyboard.reaches("failed");
    assert.match(
      await storyboard.text("failure"),
      /^The server is not reachable\. Tried \d times\. Check that it is running and that you are online\.$/,
    );
    await storyboard.page.unroute("**/api/projects/*");
    await storyboard.press("resume");
    await storyboard.reaches("complete");
    assertPaidOnce(server, (await storyboard.pieces()).length);
    storyboard.assertNoComplaints();
  });
});
