// The storyboard as a person meets it: a generation server of its own, a browser, and a record of what happened in it.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before } from "node:test";
import { launchChromium, launchFirefox } from "../../scripts/browsers.mjs";
import { root } from "../../scripts/paths.mjs";
import { createGenerationServer } from "../../www/server/index.mjs";

/** The built app; another build of it can be tried by naming its folder. */
export const APP = process.env.E2E_APP || join(root, "www", "dist");

/**
 * In milliseconds. Whatever has not happened by itself until then is not going to. `E2E_LIMIT` is another limit, to see
 * a failure sooner.
 */
export const LIMIT = Number(process.env.E2E_LIMIT) || 180_000;

/** For `describe`: a test that hangs must not hang the suite. */
export const patience = { timeout: 4 * LIMIT };

export const PRICES = { script: 2, audio: 1, images: 4 };
export const IMAGES_A_CALL = 4;
export const STAGGER = 100;
export const SOUNDS_AT_ONCE = 3;
export const PICTURES_AT_ONCE = 2;

/**
 * With the preset "hardest" its dice bring every fault to the first story, lost pictures and a lost bill among them.
 */
export const HARD_SEED = 173;

/** Four scenes, for what does not need more. */
export const SHORT_STORY =
  "A girl lit the lamp. A boat was out at sea. The storm broke the mast. In the morning the sailor came home.";

/** Returns the price of a story of so many scenes. */
export const priceOf = (scenes) => PRICES.script + scenes * (PRICES.audio + PRICES.images);

// ───────────── starting ─────────────

/**
 * Serves the app until the test ends, some sixty times as fast as in reality.
 * @param {import('node:test').TestContext} t
 * @param {import('../../www/server/index.mjs').GenerationServerOptions} [options]
 */
export async function startServer(t, options = {}) {
  const server = createGenerationServer({ staticDir: APP, pace: 0.015, seed: 1, ...options });
  t.after(() => server.close());
  const { url } = await server.listen(0);
  return { url, lab: server.lab, paid: server.paid };
}

/**
 * Starts Chromium for the tests of the `describe` that calls this.
 * @returns {() => import('playwright-core').Browser}
 */
export function useChromium() {
  return launched(
    () => launchChromium(),
    (browser) => browser.close(),
  );
}

/**
 * Starts Firefox for the tests of the `describe` that calls this.
 * @returns {() => import('selenium-webdriver').WebDriver}
 */
export function useFirefox() {
  return launched(
    () => launchFirefox(),
    (driver) => driver.quit(),
  );
}

/** One for all tests of a `describe`. Not in a hook of a hook: those of `after` would run at once. */
export function launched(start, end) {
  let it;
  before(async () => {
    it = await start();
  });
  after(() => it && end(it));
  return () => it;
}

// ───────────── waiting ─────────────

/** Waits until the condition holds: for what happens outside of the browser and tells nobody. */
export async function until(what, condition) {
  const end = performance.now() + LIMIT;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`This has not happened: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/**
 * Waits until the server is at rest and has heard of no call for a while, by default longer than any pause of a run
 * that nothing troubles; resolves to its count.
 */
export async function atRest({ lab }, still = 600) {
  let { calls } = lab.stats;
  let since = performance.now();
  await until("the server is at rest", () => {
    const now = lab.stats;
    if (now.calls !== calls || now.inFlight > 0) [calls, since] = [now.calls, performance.now()];
    return performance.now() - since > still;
  });
  return calls;
}

/** Returns a pattern of elapsed times from so many seconds on, at most 9: a busy page may skip some. */
export const elapsedFrom = (seconds) => new RegExp(`(?:0:0[${seconds}-9]|0:[1-5]\\d|[1-9]\\d*:\\d\\d) elapsed`);

// ───────────── the page ─────────────

/** The browser's own notes of requests that were refused, cut, or answered without leave to read it. */
const NOTES = /^(?:Failed to load resource|Access to fetch at .* has been blocked by CORS policy)/;

/** A call to the generation endpoint as the browser saw it: alone if no other was under way. */
const callOf = (request) => {
  const body = request.postDataJSON();
  const index = body.audioStartIndex ?? body.imageStartIndex ?? body.sceneIndex;
  return {
    phase: body.phase,
    index,
    projectId: body.projectId,
    key: request.headers()["idempotency-key"],
    status: undefined,
    alone: true,
  };
};

/**
 * Opens the app in a context of its own, until the test ends.
 * @param {import('node:test').TestContext} t
 * @param {() => import('playwright-core').Browser} browser
 * @param {{url: string, lab: import('@sluicegate/fault-server/lab').Lab}} server
 * @param {import('playwright-core').BrowserContextOptions & {path?: string}} [options]
 */
export async function openStoryboard(t, browser, server, { path = "/", ...options } = {}) {
  // Drawing animations slows down busy machines. Tests of animations turn them on.
  const looks = { viewport: { width: 1280, height: 900 }, reducedMotion: /** @type {const} */ ("reduce") };
  const context = await browser().newContext({ ...looks, ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(LIMIT);
  const storyboard = new Storyboard(await context.newPage(), server);
  // The tests of the storyboard count chunks, unless they ask for another backend.
  await storyboard.page.goto(server.url + (path === "/" ? "/?backend=chunks" : path));
  if (path === "/") await storyboard.record();
  return storyboard;
}

export class Storyboard {
  /** Errors and warnings of the console, other than the browser's own notes. */
  complaints = [];
  /** The requests to the generation endpoint, in their order. */
  calls = [];

  constructor(page, server) {
    this.page = page;
    this.server = server;
    page.on("pageerror", (error) => this.complaints.push(`page error: ${error.stack ?? error}`));
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type()) || NOTES.test(message.text())) return;
      this.complaints.push(`console: ${message.text()}`);
    });
    // The page asks before it discards finished work. A test that answers by itself has a listener of its own.
    page.on("dialog", (dialog) => page.listenerCount("dialog") === 1 && void dialog.accept());
    this.#recordCalls(page);
  }

  #recordCalls(page) {
    const open = new Map();
    page.on("request", (request) => {
      if (request.method() !== "POST" || new URL(request.url()).pathname !== "/api/generate") return;
      const call = callOf(request);
      call.alone = open.size === 0;
      open.set(request, call);
      this.calls.push(call);
    });
    page.on("response", (response) => {
      const call = open.get(response.request());
      if (call) call.status = response.status();
    });
    page.on("requestfinished", (request) => {
      open.delete(request);
    });
    page.on("requestfailed", (request) => open.delete(request));
  }

  /** Notes from now on every status and every value of the progress bar. */
  async record() {
    await this.get("progress").waitFor();
    await this.page.evaluate(() => {
      const seen = { "data-status": [], "aria-valuenow": [] };
      const now = (name) => document.querySelector(`[${name}]`)?.getAttribute(name);
      new MutationObserver((changes) => {
        for (const { attributeName, oldValue } of changes) seen[attributeName].push(oldValue);
      }).observe(document.body, { subtree: true, attributeOldValue: true, attributeFilter: Object.keys(seen) });
      globalThis.recorded = () =>
        Object.fromEntries(Object.entries(seen).map(([name, values]) => [name, [...values, now(name)]]));
    });
  }

  /** @returns {Promise<{statuses: string[], percents: number[]}>} */
  async recorded() {
    const seen = await this.page.evaluate(() => globalThis.recorded());
    return { statuses: seen["data-status"], percents: seen["aria-valuenow"].map(Number) };
  }

  get(testId) {
    return this.page.getByTestId(testId);
  }

  async text(testId) {
    return (await this.get(testId).textContent()).trim();
  }

  /** Does what starts a run, and waits until it has: how quickly it ends does not matter. */
  async begins(start) {
    const changes = await this.page.evaluate(() => globalThis.recorded()["data-status"].length);
    await start();
    await this.page.waitForFunction((before) => globalThis.recorded()["data-status"].length > before, changes);
  }

  /** Presses a button that starts a run. */
  press(testId) {
    return this.begins(() => this.get(testId).click());
  }

  async write(text) {
    await this.get("story-text").fill(text);
  }

  /** Waits until the run has come to this phase or end; an end that is another one is told at once. */
  async reaches(status) {
    const ends = ["complete", "partial", "cancelled", "failed"].map((end) => `[data-status="${end}"]`);
    await this.page.locator([`[data-status="${status}"]`, ...ends].join()).waitFor();
    const now = await this.page.locator("[data-status]").getAttribute("data-status");
    if (ends.includes(`[data-status="${now}"]`)) assert.equal(now, status, await this.#why());
  }

  async #why() {
    const failure = this.get("failure");
    return (await failure.count()) > 0 ? `it says: ${await failure.textContent()}` : undefined;
  }

  /** Presses Generate and waits for the end. @returns {Promise<number>} how many scenes there are */
  async complete() {
    await this.press("generate");
    await this.reaches("complete");
    return (await this.pieces()).length;
  }

  /** The states of all pieces, by scene. @returns {Promise<{audio: string, images: string}[]>} */
  pieces() {
    return this.page
      .locator(".scene[data-image]")
      .evaluateAll((scenes) => scenes.map(({ dataset }) => ({ audio: dataset.audio, images: dataset.image })));
  }

  /** The server's record of the story that was made last. */
  async project() {
    const id = this.calls.findLast(({ projectId }) => projectId !== undefined)?.projectId;
    return (await fetch(`${this.server.url}/api/projects/${id}`)).json();
  }

  assertNoComplaints() {
    assert.deepEqual(this.complaints, []);
  }
}

// ───────────── what must hold of every finished story ─────────────

/** R12: the bar reaches its end, and on the way there it never falls. `before`: what an earlier run has left. */
export async function assertProgressRose(storyboard, before = 0) {
  const percents = (await storyboard.recorded()).percents.slice(before);
  assert.deepEqual([percents[0], percents.at(-1)], [0, 100], percents.join());
  assert.deepEqual(
    percents,
    [...percents].sort((a, b) => a - b),
  );
}

/** Every picture is shown and every sound can be played. */
export async function assertWhole(storyboard, scenes) {
  assert.deepEqual(
    await storyboard.pieces(),
    Array.from({ length: scenes }, () => ({ audio: "done", images: "done" })),
  );
  const widths = await storyboard.page
    .locator(".scene img")
    .evaluateAll((images) => Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth))));
  assert.equal(widths.length, scenes);
  assert.ok(
    widths.every((width) => width > 0),
    widths.join(),
  );
  assert.equal(await storyboard.page.getByRole("button", { name: /^Play scene/ }).count(), scenes);
  const sounds = (await storyboard.project()).scenes.map(({ audioUrl }) => audioUrl);
  const durations = await storyboard.page.evaluate(durationsOf, sounds);
  assert.equal(durations.length, scenes);
  assert.ok(
    durations.every((seconds) => seconds > 0 && Number.isFinite(seconds)),
    durations.join(),
  );
}

/** Runs in the page: how long these sounds are, once each is known to be playable. */
export function durationsOf(urls) {
  const durationOf = (url) =>
    new Promise((done, fail) => {
      const audio = new Audio(url);
      audio.oncanplaythrough = () => done(audio.duration);
      audio.onerror = () => fail(new Error(`${url}: ${audio.error?.message}`));
    });
  return Promise.all(urls.map(durationOf));
}

/** R16, R26: each piece was made once and paid once, and nothing is left open. */
export function assertPaidOnce({ lab }, scenes, { balance = 1000 } = {}) {
  const { piecesGenerated, doubleGenerations, doubleCharges, lostUpdates, creditsUsed, creditsOwed, creditsBalance } =
    lab.stats;
  assert.deepEqual(
    { piecesGenerated, doubleGenerations, doubleCharges, lostUpdates, creditsUsed, creditsOwed, creditsBalance },
    {
      piecesGenerated: 2 * scenes,
      doubleGenerations: 0,
      doubleCharges: 0,
      lostUpdates: 0,
      creditsUsed: priceOf(scenes),
      creditsOwed: 0,
      creditsBalance: balance - priceOf(scenes),
    },
  );
}
