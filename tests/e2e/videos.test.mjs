import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { atRest, openStoryboard, patience, startServer, useChromium } from "./helpers.mjs";

/** With its dice some calls of these pipelines are dropped, and some replies lost. */
const FAULTY_SEED = 2;
const PICTURE = 4;
const VIDEO = 10;
const DEFAULT_PROMPT = "Create a cinematic video from this image";
const LOVE_PROMPTS = [
  "Coffee cups steam, eyes meet across table, gentle smile",
  "Leaves fall around them, hands brush, laughter",
  "Kitchen warmth, flour on nose, playful moment",
  "Stars twinkle, blanket, leaning close together",
];
const names = (count) => Array.from({ length: count }, (_, n) => `scene_${n + 1}`);

/** The page, and each request for something paid as the server was sent it. */
class Videos {
  calls = [];
  /** How many images were sent. */
  sent = 0;

  constructor(storyboard) {
    const { page, server } = storyboard;
    Object.assign(this, { storyboard, page, server });
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
    await this.get("start").click();
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

  /** What became of each image. @returns {Promise<Record<string, string>>} */
  async outcomes() {
    const rows = await this.get("outcomes")
      .locator("tr")
      .evaluateAll((rows) => rows.map(({ dataset }) => [dataset.key, dataset.outcome]));
    return Object.fromEntries(rows);
  }

  /**
   * Lets the first calls for videos through only when so many are under way, however quick the server is.
   * @param {number} count
   */
  async together(count) {
    let release;
    let arrived = 0;
    const all = new Promise((resolve) => (release = resolve));
    await this.page.route("**/api/videos", async (route) => {
      if (route.request().postDataJSON().type === "image_to_video") {
        if (++arrived === count) release();
        await all;
      }
      await route.continue();
    });
  }

  /** The calls for videos, one for each image. */
  asked() {
    const byImage = new Map(
      this.calls.filter(({ type }) => type === "image_to_video").map((call) => [call.image_path, call]),
    );
    return [...byImage.values()].sort((a, b) => a.image_path.localeCompare(b.image_path, "en", { numeric: true }));
  }
}

/** Runs in the page: how far each image is from each cell of the grid picture, in mean difference of their channels. */
async function differences({ grid, images, sides }) {
  const pixelsOf = async (url, cut = (width, height) => [0, 0, width, height]) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const [x, y, width, height] = cut(image.naturalWidth, image.naturalHeight);
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, -x, -y);
    return context.getImageData(0, 0, width, height).data;
  };
  const cells = await Promise.all(
    Array.from({ length: sides * sides }, (_, n) =>
      pixelsOf(grid, (width, height) => [
        (n % sides) * (width / sides),
        Math.floor(n / sides) * (height / sides),
        width / sides,
        height / sides,
      ]),
    ),
  );
  const found = [];
  for (const url of images) {
    const pixels = await pixelsOf(url);
    found.push(
      cells.map((cell) =>
        cell.length === pixels.length
          ? cell.reduce((sum, value, n) => sum + Math.abs(value - pixels[n]), 0) / cell.length
          : Infinity,
      ),
    );
  }
  return found;
}

describe("images to videos in Chromium", patience, () => {
  const browser = useChromium();

  /**
   * Without motion, which costs the browser more than all else.
   * @param {import('../../www/server/index.mjs').GenerationServerOptions} [options]
   */
  async function open(t, options, context) {
    const server = await startServer(t, options);
    const storyboard = await openStoryboard(t, browser, server, {
      path: "/videos",
      reducedMotion: "reduce",
      ...context,
    });
    t.after(() => storyboard.assertNoComplaints());
    return new Videos(storyboard);
  }

  test("parallel: true makes several videos at once, and the result has its exact shape (document test 1, 2x2)", async (t) => {
    const videos = await open(t, {}, { reducedMotion: "no-preference" });
    await videos.together(4);
    const result = await videos.run("parallel", "completed");
    assert.equal(videos.server.lab.stats.maxInFlight, 4);
    assert.equal(videos.calls.length, 5);
    const { output_urls: urls } = result;
    assert.ok(
      urls.every((url) => /^\/api\/videos\/[\w-]+\.svg$/.test(url)),
      urls.join(),
    );
    const paths = names(4).map((name) => `output/love_story_parallel_test/${name}.svg`);
    assert.deepEqual(result, {
      success: true,
      output_path: paths[0],
      output_paths: paths,
      output_url: urls[0],
      output_urls: urls,
      cost: 4 * VIDEO,
      model: "kling_2_6_pro",
      metadata: { parallel: true, max_workers: 4, total_images: 4, videos_generated: 4 },
      error: null,
    });
    const shown = await videos.page
      .locator("[data-video]")
      .evaluateAll((images) =>
        Promise.all(
          images.map((image) => image.decode().then(() => [new URL(image.currentSrc).pathname, image.naturalWidth])),
        ),
      );
    assert.deepEqual(
      shown,
      urls.map((url) => [url, 480]),
    );
  });

  test("without parallel, and with parallel: false, the calls are those of a plain loop (document test 2, R4)", async (t) => {
    const videos = await open(t, { pace: 0.005 });
    for (const edit of [
      undefined,
      (yaml) => yaml.replace("duration:", "parallel: false\n      max_workers: 4\n      duration:"),
    ]) {
      videos.calls.length = 0;
      const result = await videos.run("serial", "completed", edit);
      assert.deepEqual(
        videos.calls.map(({ type, image_path }) => image_path ?? type),
        ["text_to_image", ...names(4).map((name) => `${name}.png`)],
      );
      assert.ok(videos.calls.every(({ alone }) => alone));
      assert.deepEqual(result.metadata, { parallel: false, max_workers: 1, total_images: 4, videos_generated: 4 });
    }
    assert.equal(videos.server.lab.stats.maxInFlight, 1);
  });

  test("max_workers is how many are made at once, among faults too (document test 3, 3x3, R2)", async (t) => {
    const videos = await open(t, { seed: FAULTY_SEED });
    videos.server.lab.faults = { slow: 0.3, dropBefore: 0.06, loseReply: 0.06 };
    await videos.together(2);
    const result = await videos.run("nine", "completed", (yaml) => yaml.replace("max_workers: 4", "max_workers: 2"));
    const { maxInFlight, dropped, lostReplies, creditsUsed, doubleGenerations } = videos.server.lab.stats;
    assert.equal(maxInFlight, 2);
    assert.ok(dropped + lostReplies > 0, "there were faults");
    assert.deepEqual([result.cost, creditsUsed, doubleGenerations], [9 * VIDEO, PICTURE + 9 * VIDEO, 0]);
    assert.deepEqual(result.metadata, { parallel: true, max_workers: 2, total_images: 9, videos_generated: 9 });
  });

  test("without max_workers four are made at once (document test 7)", async (t) => {
    const videos = await open(t);
    await videos.together(4);
    const result = await videos.run("nine", "completed", (yaml) => yaml.replace(/ +max_workers: 4\n/, ""));
    assert.equal(videos.server.lab.stats.maxInFlight, 4);
    assert.deepEqual(result.metadata, { parallel: true, max_workers: 4, total_images: 9, videos_generated: 9 });
  });

  test("the grid is really cut, and each image goes with its own prompt, else with the default one, among faults (document test 4, R16, R25)", async (t) => {
    const videos = await open(t, { seed: FAULTY_SEED });
    const { lab, url } = videos.server;
    // With its quota too they would wait for seconds.
    lab.faults = { preset: "hard", quota: null };
    const prompts = ["One moves", "Two moves", "Three moves", "Four moves", "Five moves", "Six moves", "Seven moves"];
    const list = (yaml) =>
      yaml
        .replace(
          / +prompts:\n(?: +- .*\n)+/,
          `      prompts:\n${prompts.map((prompt) => `        - "${prompt}"\n`).join("")}`,
        )
        .replace(/ +prompt: "Slow.*\n/, "");
    const result = await videos.run("nine", "completed", list);

    const asked = videos.asked();
    assert.deepEqual(
      asked.map(({ image_path, prompt }) => [image_path, prompt]),
      names(9).map((name, n) => [`${name}.png`, prompts[n] ?? DEFAULT_PROMPT]),
    );
    // Every attempt says the same under the same key.
    for (const call of videos.calls) {
      const first = videos.calls.find(({ key }) => key === call.key);
      assert.deepEqual(
        [call.image_path, call.image_sha256, call.prompt],
        [first.image_path, first.image_sha256, first.prompt],
      );
    }
    assert.equal(new Set(videos.calls.map(({ key }) => key)).size, 10);
    // R25: an attempt that failed sends no image again.
    assert.equal(videos.sent, 9);

    const images = asked.map(({ image_sha256 }) => `/api/videos/images/${image_sha256}.png`);
    const found = await videos.page.evaluate(differences, {
      grid: await videos.get("grid").getAttribute("src"),
      images,
      sides: 3,
    });
    found.forEach((far, n) =>
      far.forEach((distance, cell) =>
        assert.ok(cell === n ? distance < 0.5 : distance > 3, `image ${n + 1}, cell ${cell + 1}: ${distance}`),
      ),
    );

    for (const [n, path] of result.output_urls.entries()) {
      const video = await (await fetch(url + path)).text();
      const [, png] = /href="data:image\/png;base64,([^"]+)"/.exec(video);
      assert.equal(createHash("sha256").update(Buffer.from(png, "base64")).digest("hex"), asked[n].image_sha256);
      assert.ok(video.includes(`<title>${prompts[n] ?? DEFAULT_PROMPT}</title>`));
    }
    const { creditsUsed, doubleGenerations, byPhase, dropped, lostReplies } = lab.stats;
    assert.ok(dropped + lostReplies > 0, "there were faults");
    assert.deepEqual([creditsUsed, doubleGenerations, byPhase.image_to_video.works], [PICTURE + 9 * VIDEO, 0, 9]);
  });

  test("errors harm no other video, are joined in image order, and it is known which image failed (document test 5, R1)", async (t) => {
    const videos = await open(t);
    await videos.page.route("**/api/videos", async (route) => {
      const { image_path } = route.request().postDataJSON();
      // An error that is no reply of the generator's: a refusal for good.
      if (image_path === "scene_4.png")
        await route.fulfill({ status: 400, json: { error: "The image cannot be animated", code: "BAD_REQUEST" } });
      else await route.continue();
    });
    // The last ones begin after the first failure.
    const edit = (yaml) =>
      yaml.replace("Leaves fall around them", "A knife falls between them").replace("max_workers: 4", "max_workers: 2");
    const result = await videos.run("parallel", "partial", edit);
    const paths = ["scene_1", "scene_3"].map((name) => `output/love_story_parallel_test/${name}.svg`);
    assert.deepEqual(
      [result.success, result.output_path, result.output_paths, result.output_urls.length],
      [true, paths[0], paths, 2],
    );
    assert.equal(
      result.error,
      "Image 2: The video was flagged by the safety check; Image 4: The image cannot be animated",
    );
    assert.deepEqual([result.cost, result.metadata.total_images, result.metadata.videos_generated], [2 * VIDEO, 4, 2]);
    assert.deepEqual(await videos.outcomes(), {
      scene_1: "fulfilled",
      scene_2: "rejected",
      scene_3: "fulfilled",
      scene_4: "rejected",
    });
    assert.equal(
      await videos.get("credits").textContent(),
      "24 credits for the picture and 2 of 4 videos · 10 charged and refunded",
    );
    assert.equal(videos.server.lab.stats.creditsUsed, PICTURE + 2 * VIDEO);
    assert.match(await videos.get("failure").textContent(), /^Image 2: The video was flagged/);

    // What failed is made again by itself, and takes its place in the result.
    await videos.page.unroute("**/api/videos");
    await videos.get("retry-scene_4").click();
    await videos.page.locator('[data-key="scene_4"][data-outcome="fulfilled"]').waitFor();
    assert.deepEqual((await videos.result()).output_paths, [...paths, "output/love_story_parallel_test/scene_4.svg"]);
    assert.equal((await videos.result()).error, "Image 2: The video was flagged by the safety check");

    // Where every image fails there is no success, and no path.
    const none = await videos.run("parallel", "partial", (yaml) =>
      yaml.replace(/ +prompts:\n(?: +- .*\n)+/, '      prompt: "Blood"\n'),
    );
    assert.deepEqual(
      [none.success, none.output_path, none.output_paths, none.output_url, none.output_urls, none.cost],
      [false, null, [], null, [], 0],
    );
    assert.equal(
      none.error,
      [1, 2, 3, 4].map((n) => `Image ${n}: The video was flagged by the safety check`).join("; "),
    );
  });

  test("the results stand in image order though the first image is ready last (document test 6)", async (t) => {
    const videos = await open(t);
    const done = [];
    let release;
    const others = new Promise((resolve) => (release = resolve));
    await videos.page.route("**/api/videos", async (route) => {
      const { image_path } = route.request().postDataJSON();
      if (image_path === "scene_1.png") await others;
      await route.continue();
    });
    videos.page.on("requestfinished", (request) => {
      const { image_path } =
        request.method() === "POST" && new URL(request.url()).pathname === "/api/videos" ? request.postDataJSON() : {};
      if (image_path && done.push(image_path) === 3) release();
    });
    const result = await videos.run("parallel", "completed");
    assert.equal(done.at(-1), "scene_1.png");
    assert.deepEqual(
      result.output_paths,
      names(4).map((name) => `output/love_story_parallel_test/${name}.svg`),
    );
    const prompts = await Promise.all(
      result.output_urls.map(
        async (path) => /<title>(.*)<\/title>/.exec(await (await fetch(videos.server.url + path)).text())[1],
      ),
    );
    assert.deepEqual(prompts, LOVE_PROMPTS);
  });

  test("a pause starts nothing more; a cancel keeps what was made and what is in flight, and ends the rest (R8, R9)", async (t) => {
    const videos = await open(t);
    /** Lets the calls of these images through only when it is told to. @param {number[]} scenes */
    const hold = async (...scenes) => {
      let release;
      const held = new Promise((resolve) => (release = resolve));
      await videos.page.route("**/api/videos", async (route) => {
        if (scenes.some((scene) => route.request().postDataJSON().image_path === `scene_${scene}.png`)) await held;
        await route.fallback();
      });
      return release;
    };
    const reach = (scene, outcome) =>
      videos.page.locator(`[data-key="scene_${scene}"][data-outcome="${outcome}"]`).waitFor();
    const status = (name) => videos.page.locator(`.status[data-status="${name}"]`).waitFor();
    const [pausing, cancelling] = [await hold(2, 3), await hold(4, 5)];
    await videos.choose("nine", (yaml) => yaml.replace("max_workers: 4", "max_workers: 2"));
    await videos.start();

    await Promise.all([reach(1, "fulfilled"), reach(2, "running"), reach(3, "running")]);
    await videos.get("pause").click();
    await status("paused");
    pausing();
    await Promise.all([reach(2, "fulfilled"), reach(3, "fulfilled")]);
    assert.equal(await atRest(videos.server, 200), 4);
    await videos.get("resume").click();

    await Promise.all([reach(4, "running"), reach(5, "running")]);
    await videos.get("cancel").click();
    await status("cancelling");
    cancelling();
    await videos.ends("cancelled");
    assert.equal(await atRest(videos.server, 200), 6);
    assert.deepEqual(
      Object.values(await videos.outcomes()),
      names(9).map((_, n) => (n < 5 ? "fulfilled" : "cancelled")),
    );
    const { metadata, success, cost, error } = await videos.result();
    assert.deepEqual([success, metadata.videos_generated, cost], [true, 5, 5 * VIDEO]);
    assert.equal(error, "Image 6: cancelled; Image 7: cancelled; Image 8: cancelled; Image 9: cancelled");
    // All that was charged is in the page's hands.
    assert.equal(videos.server.lab.stats.creditsUsed, PICTURE + cost);
  });

  test("a picture that cannot be paid for pauses the pipeline, and it goes on when it can (R8)", async (t) => {
    const videos = await open(t);
    videos.server.lab.reset({ credits: 3 });
    await videos.choose("parallel");
    await videos.start();
    await videos.page.locator('.status[data-status="paused"]').waitFor();
    assert.match(await videos.get("failure").textContent(), /^This takes 4 credits, 3 are left/);
    videos.server.lab.reset({ credits: 100 });
    await videos.get("resume").click();
    await videos.ends("completed");
    assert.equal(videos.server.lab.stats.creditsBalance, 100 - PICTURE - 4 * VIDEO);
  });

  test("what is wrong with the YAML is said by path, value and line, and nothing is started", async (t) => {
    const videos = await open(t);
    const original = await videos.get("yaml").inputValue();
    const lineOf = (text) => original.split("\n").findIndex((line) => line.includes(text)) + 1;
    for (const [from, to, at, said] of [
      ['grid: "2x2"', 'grid: "4x4"', "grid:", 'steps[1].params.grid must be "2x2" or "3x3", not "4x4"'],
      [
        "max_workers: 4",
        "max_workers: 0",
        "max_workers",
        "steps[2].params.max_workers must be an integer from 1, not 0",
      ],
      [
        "max_workers: 4",
        'max_workers: "4"',
        "max_workers",
        'steps[2].params.max_workers must be an integer from 1, not "4"',
      ],
      [
        "max_workers: 4",
        "max_worker: 4",
        "max_workers",
        "steps[2].params.max_worker is not known; known here are parallel, max_workers, duration, prompt, prompts",
      ],
      [
        "parallel: true",
        "parallel: yes",
        "parallel: true",
        'steps[2].params.parallel must be true or false, not "yes"',
      ],
      ['duration: "5"', "duration: 5", "duration", 'steps[2].params.duration must be "5" or "10", not 5'],
      [
        '"Leaves fall around them',
        'Leaves: "fall around them',
        "Leaves",
        'steps[2].params.prompts[1] must be a text that is not empty, not {"Leaves":"fall around them, hands brush, laughter"}',
      ],
      [
        'type: "split_image"',
        'type: "crop_image"',
        'type: "split_image"',
        'steps[1].type must be "text_to_image" or "split_image" or "image_to_video", not "crop_image"',
      ],
      [
        'type: "split_image"',
        'type: "image_to_video"',
        'type: "split_image"',
        'steps[1].type must be "split_image" (the steps are text_to_image → split_image → image_to_video), not "image_to_video"',
      ],
      [
        'naming: "scene_{n}"',
        'naming: "scene"',
        "naming",
        'steps[1].params.naming must contain {n} and no slash, not "scene"',
      ],
      [
        "kling_2_6_pro",
        "kling_9",
        "kling_2_6_pro",
        'steps[2].model must be "kling_2_6_pro" or "kling_2_1", not "kling_9"',
      ],
      ['grid: "2x2"\n', "", "naming", 'steps[1].params.grid is missing; it must be "2x2" or "3x3"', -2],
    ]) {
      await videos.get("yaml").fill(original.replace(from, to));
      const [problem] = await videos.get("problems").locator("li").allTextContents();
      assert.equal(problem.replace(/^Line \d+: /, ""), said);
      if (to !== "") assert.equal(Number(/^Line (\d+)/.exec(problem)[1]), lineOf(at), problem);
    }
    await videos.get("yaml").fill(original.replace("steps:", "steps: ["));
    assert.match(await videos.get("problems").locator("li").first().textContent(), /^Line \d+: /);
    await videos.start();
    assert.equal(await videos.get("yaml").evaluate((field) => field === document.activeElement), true);
    assert.deepEqual([videos.calls.length, videos.server.lab.stats.calls], [0, 0]);
    await videos.get("yaml").fill(original);
    assert.equal(await videos.get("problems").locator("li").count(), 0);
  });

  test("fits a phone in the dark, and its videos are still for who wants no motion", async (t) => {
    const videos = await open(
      t,
      {},
      { viewport: { width: 390, height: 844 }, colorScheme: "dark", reducedMotion: "no-preference" },
    );
    await videos.run("parallel", "completed");
    assert.equal(await videos.page.evaluate(() => document.documentElement.scrollWidth), 390);
    const shown = () =>
      videos.page
        .locator("[data-video]")
        .evaluateAll((images) => images.map((image) => new URL(image.currentSrc).protocol));
    const page = new URL(videos.server.url).protocol;
    assert.deepEqual(await shown(), [page, page, page, page]);
    await videos.get("still").click();
    await videos.page.waitForFunction(() =>
      [...document.querySelectorAll("[data-video]")].every((image) => image.currentSrc.startsWith("blob:")),
    );
    await videos.get("still").click();
    await videos.page.emulateMedia({ reducedMotion: "reduce" });
    await videos.page.waitForFunction(() =>
      [...document.querySelectorAll("[data-video]")].every((image) => image.currentSrc.startsWith("blob:")),
    );
  });
});
