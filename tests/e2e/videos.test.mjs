import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { patience, useChromium } from "./helpers.mjs";
import { names, openVideos, PICTURE, VIDEO } from "./videos.mjs";

/** With its dice some calls of these pipelines are dropped, and some replies lost. */
const FAULTY_SEED = 2;
const DEFAULT_PROMPT = "Create a cinematic video from this image";
const LOVE_PROMPTS = [
  "Coffee cups steam, eyes meet across table, gentle smile",
  "Leaves fall around them, hands brush, laughter",
  "Kitchen warmth, flour on nose, playful moment",
  "Stars twinkle, blanket, leaning close together",
];
/** Runs in the page: how far each image is from each cell of the grid picture, in mean difference of their channels. */
async function differences({ grid, images, sides }) {
  const pixelsOf = async (url, cut = (width, height) => [0, 0, width, height]) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const [x, y, width, height] = cut(image.naturalWidth, image.naturalHeight);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
      new OffscreenCanvas(width, height).getContext("2d")
    );
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
  const open = (t, options, context) => openVideos(t, browser, options, context);

  test("parallel: true makes several videos at once, and the result has its exact shape (document test 1, 2x2)", async (t) => {
    const videos = await open(t, {}, { reducedMotion: "no-preference" });
    videos.together(4);
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
    videos.together(2);
    const result = await videos.run("nine", "completed", (yaml) => yaml.replace("max_workers: 4", "max_workers: 2"));
    const { maxInFlight, dropped, lostReplies, creditsUsed, doubleGenerations } = videos.server.lab.stats;
    assert.equal(maxInFlight, 2);
    assert.ok(dropped + lostReplies > 0, "there were faults");
    assert.deepEqual([result.cost, creditsUsed, doubleGenerations], [9 * VIDEO, PICTURE + 9 * VIDEO, 0]);
    assert.deepEqual(result.metadata, { parallel: true, max_workers: 2, total_images: 9, videos_generated: 9 });
  });

  test("without max_workers four are made at once (document test 7)", async (t) => {
    const videos = await open(t);
    videos.together(4);
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
      const [, png] = /href="data:image\/png;base64,([^"]+)"/.exec(video) ?? [];
      assert.equal(createHash("sha256").update(Buffer.from(png, "base64")).digest("hex"), asked[n].image_sha256);
      assert.ok(video.includes(`<title>${prompts[n] ?? DEFAULT_PROMPT}</title>`));
    }
    const { creditsUsed, doubleGenerations, byPhase, dropped, lostReplies } = lab.stats;
    assert.ok(dropped + lostReplies > 0, "there were faults");
    assert.deepEqual([creditsUsed, doubleGenerations, byPhase.image_to_video.works], [PICTURE + 9 * VIDEO, 0, 9]);
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
        async (path) => /<title>(.*)<\/title>/.exec(await (await fetch(videos.server.url + path)).text())?.[1],
      ),
    );
    assert.deepEqual(prompts, LOVE_PROMPTS);
  });
});
