// The page of images to videos, and each request for something paid as the server was sent it.
import assert from "node:assert/strict";
import { openStoryboard, startServer } from "./helpers.mjs";

export const PICTURE = 4;
export const VIDEO = 10;
export const names = (count) => Array.from({ length: count }, (_, n) => `scene_${n + 1}`);
class Videos {
  calls = [];
  /** How many images were sent. */
  sent = 0;

  constructor(storyboard) {
    const { page, server } = storyboard;
    this.storyboard = storyboard;
    this.page = page;
    this.server = server;
    let open = 0;
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/api/videos/images") this.sent += 1;
      if (!this.#isPaid(request)) return;
      this.calls.push({ ...request.postDataJSON(), key: request.headers()["idempotency-key"], alone: open === 0 });
      open += 1;
    });
    for (const end of ["requestfinished", "requestfailed"])
      page.on(end, (request) => (open -= this.#isPaid(request) ? 1 : 0));
  }

  #isPaid(request) {
    return request.method() === "POST" && new URL(request.url()).pathname === "/api/videos";
  }

  get(testId) {
    return this.page.getByTestId(testId);
  }

  /** @param {string} example @param {(yaml: string) => string} [edit] */
  async choose(example, edit) {
    await this.get("example").selectOption(example);
    if (edit) await this.get("yaml").fill(edit(await this.get("yaml").inputValue()));
  }

  async start() {
    await this.get("start").or(this.get("start-over")).click();
  }

  /** Waits for the end, and tells at once when it is another. */
  async ends(status) {
    const ends = ["completed", "partial", "cancelled", "failed"].map((end) => `.status[data-status="${end}"]`);
    await this.page.locator(ends.join()).waitFor();
    const failure = (await this.get("failure").count()) > 0 ? await this.get("failure").textContent() : undefined;
    assert.equal(await this.page.locator(".status[data-status]").getAttribute("data-status"), status, failure);
  }

  async run(example, status, edit) {
    await this.choose(example, edit);
    await this.start();
    await this.ends(status);
    return this.result();
  }

  async result() {
    return JSON.parse(await this.get("result").textContent());
  }

  /** Returns the outcome of each image. @returns {Promise<Record<string, string>>} */
  async outcomes() {
    const rows = await this.get("outcomes")
      .locator("tr")
      .evaluateAll((rows) => rows.map(({ dataset }) => [dataset.key, dataset.outcome]));
    return Object.fromEntries(rows);
  }

  /**
   * Holds the making of videos until so many are under way, however quick the server is.
   * @param {number} count
   */
  together(count) {
    const held = this.server.lab.hold("image_to_video");
    // Should so many never come, the test waits in vain for its end and says so.
    held.reached(count).then(
      () => held.release(),
      () => {},
    );
  }

  /** The calls for videos, one for each image. */
  asked() {
    const byImage = new Map(
      this.calls.filter(({ type }) => type === "image_to_video").map((call) => [call.image_path, call]),
    );
    return [...byImage.values()].sort((a, b) => a.image_path.localeCompare(b.image_path, "en", { numeric: true }));
  }
}

/**
 * Opens the page, without motion, which costs the browser more than all else.
 * @param {import('node:test').TestContext} t
 * @param {() => import('playwright-core').Browser} browser
 * @param {import('../../www/server/index.mjs').GenerationServerOptions} [options]
 * @param {import('playwright-core').BrowserContextOptions} [context]
 */
export async function openVideos(t, browser, options, context) {
  const server = await startServer(t, options);
  const storyboard = await openStoryboard(t, browser, server, { path: "/videos", ...context });
  t.after(() => storyboard.assertNoComplaints());
  return new Videos(storyboard);
}
