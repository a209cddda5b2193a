import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { nodeBin, root } from "../../scripts/paths.mjs";
import {
  assertPaidOnce,
  assertProgressRose,
  assertWhole,
  atRest,
  openStoryboard,
  PICTURES_AT_ONCE,
  patience,
  SHORT_STORY,
  SOUNDS_AT_ONCE,
  startServer,
  until,
  useChromium,
} from "./helpers.mjs";

const count = (pieces, kind, state) => pieces.filter((piece) => piece[kind] === state).length;

describe("in Chromium", patience, () => {
  const browser = useChromium();
  describe("cancelling", () => cancelling(browser));
  describe("leaving in the middle", () => leaving(browser));
  describe("React for development, which mounts everything twice", () => development(browser));
});

function cancelling(browser) {
  /** Starts a story and cancels it when so many of its sounds are there and another is under way. */
  async function cancelSounds(t, server, done) {
    const storyboard = await openStoryboard(t, browser, server);
    const sounds = server.lab.hold("audio");
    sounds.release(done);
    await storyboard.press("generate");
    await storyboard.page
      .locator('.scene[data-audio="done"]')
      .nth(done - 1)
      .waitFor();
    await sounds.reached(done + 1);
    await storyboard.get("cancel").click();
    await storyboard.reaches("cancelled");
    sounds.release();
    return storyboard;
  }

  async function assertNothingStarts(storyboard, still) {
    const sent = storyboard.calls.length;
    await atRest(storyboard.server, still);
    assert.equal(storyboard.calls.length, sent, "a call was begun after the cancel");
  }

  test("among the sounds keeps what arrived and starts nothing more; Resume makes the rest, once (R8, R9, R11, R16)", async (t) => {
    const server = await startServer(t);
    const storyboard = await cancelSounds(t, server, 2);
    assert.equal(await storyboard.text("status"), "Cancelled");
    await assertNothingStarts(storyboard);

    const pieces = await storyboard.pieces();
    const kept = count(pieces, "audio", "done");
    assert.ok(kept >= 2 && kept < pieces.length, `${kept} are kept`);
    assert.equal(count(pieces, "audio", "cancelled"), pieces.length - kept);
    assert.equal(count(pieces, "images", "cancelled"), pieces.length);

    await storyboard.press("resume");
    await storyboard.reaches("complete");
    await assertWhole(storyboard, pieces.length);
    await assertProgressRose(storyboard);
    assertPaidOnce(server, pieces.length);
    storyboard.assertNoComplaints();
  });

  test("can be followed by filling in: single pieces, a few at a time, and none of them again (R2, R9, R16)", async (t) => {
    const server = await startServer(t);
    const storyboard = await cancelSounds(t, server, 2);
    const { length } = await storyboard.pieces();
    await atRest(server);
    server.lab.reset();
    const made = (await storyboard.project()).scenes.filter(({ audioUrl }) => audioUrl !== null).length;

    const pieces = server.lab.hold("audio", "image");
    await storyboard.press("fill-missing");
    await pieces.reached(2);
    pieces.release();
    await storyboard.reaches("complete");
    await assertWhole(storyboard, length);
    const { byPhase, maxInFlight, doubleGenerations, doubleCharges, piecesGenerated } = server.lab.stats;
    assert.deepEqual([piecesGenerated, doubleGenerations, doubleCharges], [2 * length - made, 0, 0]);
    assert.deepEqual([byPhase.regenerate_audio.works, byPhase.regenerate_image.works], [length - made, length]);
    assert.equal(byPhase.images, undefined);
    assert.ok(maxInFlight > 1 && maxInFlight <= SOUNDS_AT_ONCE + PICTURES_AT_ONCE, `${maxInFlight} at once`);
    storyboard.assertNoComplaints();
  });

  test("with a paid chunk under way takes over its reply afterwards, among faults (R9, R16, R26)", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    const pictures = server.lab.hold("image");
    await storyboard.press("generate");
    await pictures.reached(1);
    await storyboard.get("cancel").click();
    await storyboard.reaches("cancelled");
    const pieces = await storyboard.pieces();
    assert.equal(count(pieces, "audio", "done"), pieces.length);
    assert.equal(count(pieces, "images", "cancelled"), pieces.length);
    await until("the server knows that nobody listens", () => server.lab.stats.closedEarly === 1);
    pictures.release();
    await assertNothingStarts(storyboard);
    await until("the server has finished the chunk", () => server.lab.stats.finishedForNobody === 1);

    server.lab.faults = { preset: "hard", quota: 1 };
    const single = server.lab.hold("image");
    await storyboard.press("fill-missing");
    await until("a call beyond the quota", () => server.lab.stats.replies[429] > 0);
    single.release();
    await storyboard.reaches("complete");
    await assertWhole(storyboard, pieces.length);
    assertPaidOnce(server, pieces.length);
    assert.equal(server.lab.stats.finishedForNobody, 0);
    storyboard.assertNoComplaints();
  });

  test("while a call waits to be repeated ends the wait at once (R9)", async (t) => {
    const server = await startServer(t);
    server.lab.faults.quota = 0;
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.press("generate");
    await until("a call is refused", () => server.lab.stats.replies[429] > 0);
    await storyboard.get("cancel").click();
    await storyboard.reaches("cancelled");
    // The server has asked for a wait of a second.
    await assertNothingStarts(storyboard, 1_500);
    assert.equal(server.lab.stats.piecesGenerated, 0);
    storyboard.assertNoComplaints();
  });
}

function leaving(browser) {
  async function beginAndHear(t, server, options) {
    const storyboard = await openStoryboard(t, browser, server, options);
    const sounds = server.lab.hold("audio");
    sounds.release(1);
    await storyboard.press("generate");
    await sounds.reached(2);
    return { storyboard, goOn: () => sounds.release() };
  }

  test("for another page of the app ends the run quietly, and the next one is a clean one (R10, R28)", async (t) => {
    const server = await startServer(t);
    const { storyboard, goOn } = await beginAndHear(t, server);
    await storyboard.page.getByRole("link", { name: "Why", exact: true }).click();
    await storyboard.get("run-why").waitFor();
    goOn();
    const sent = storyboard.calls.length;
    await atRest(server);
    assert.equal(storyboard.calls.length, sent);
    await storyboard.page.goBack();
    await storyboard.page.locator('.status[data-status="unfinished"]').waitFor();
    await assertNewRunCompletes(storyboard);
  });

  test("by reloading leaves no error behind, and the next run is a clean one (R10)", async (t) => {
    const server = await startServer(t);
    const { storyboard, goOn } = await beginAndHear(t, server);
    await storyboard.page.reload();
    goOn();
    const sent = storyboard.calls.length;
    await atRest(server);
    assert.equal(storyboard.calls.length, sent);
    await storyboard.page.locator('.status[data-status="unfinished"]').waitFor();
    await assertNewRunCompletes(storyboard);
  });

  async function assertNewRunCompletes(storyboard) {
    storyboard.server.lab.reset({ credits: 1000 });
    await storyboard.record();
    await storyboard.write(SHORT_STORY);
    const scenes = await storyboard.complete();
    await assertWhole(storyboard, scenes);
    await assertProgressRose(storyboard, 1);
    assertPaidOnce(storyboard.server, scenes);
    storyboard.assertNoComplaints();
  }
}

function development(browser) {
  let staticDir;

  before(() => {
    staticDir = mkdtempSync(join(tmpdir(), "storyboard-development-"));
    const args = [
      "build",
      "www",
      "--mode",
      "development",
      "--outDir",
      staticDir,
      "--emptyOutDir",
      "--logLevel",
      "warn",
    ];
    const { status, stderr } = spawnSync(nodeBin("vite"), args, {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NODE_ENV: "development" },
      shell: process.platform === "win32",
    });
    assert.equal(status, 0, stderr);
  });
  after(() => rmSync(staticDir, { recursive: true, force: true, maxRetries: 5 }));

  test("two clicks are one run, and React has nothing to complain about (R8, R28)", async (t) => {
    const server = await startServer(t, { staticDir });
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    await storyboard.begins(() => storyboard.get("generate").dblclick());
    await storyboard.reaches("complete");
    const scenes = (await storyboard.pieces()).length;
    await assertWhole(storyboard, scenes);
    assert.equal(storyboard.calls.filter(({ phase }) => phase === "script").length, 1);
    assert.equal(server.lab.stats.calls, storyboard.calls.length);
    assertPaidOnce(server, scenes);
    storyboard.assertNoComplaints();
  });

  test("a run that is left ends, also when its page is mounted anew (R10, R28)", async (t) => {
    const server = await startServer(t, { staticDir });
    const storyboard = await openStoryboard(t, browser, server);
    const sounds = server.lab.hold("audio");
    await storyboard.press("generate");
    await sounds.reached(1);
    await storyboard.page.getByRole("link", { name: "Why", exact: true }).click();
    await storyboard.page.goBack();
    await storyboard.get("generate").waitFor();
    sounds.release();
    const sent = storyboard.calls.length;
    await atRest(server);
    assert.equal(storyboard.calls.length, sent);
    await storyboard.page.locator('.status[data-status="unfinished"]').waitFor();
    storyboard.assertNoComplaints();
  });
}
