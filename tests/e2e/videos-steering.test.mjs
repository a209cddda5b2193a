import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atRest, patience, useChromium } from "./helpers.mjs";
import { names, openVideos, PICTURE, VIDEO } from "./videos.mjs";

describe("images to videos in Chromium: failures, pauses and mistakes", patience, () => {
  const browser = useChromium();
  const open = (t, options, context) => openVideos(t, browser, options, context);

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
      "24 credits for the image and 2 of 4 videos · 10 charged and refunded",
    );
    assert.equal(videos.server.lab.stats.creditsUsed, PICTURE + 2 * VIDEO);
    assert.match(await videos.get("failure").textContent(), /^Image 2: The video was flagged/);

    // A failed video is made again by itself, and takes its place in the result.
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

  test("a mistake in the YAML is named by path, value and line, and nothing is started", async (t) => {
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
      if (to !== "") assert.equal(Number(/^Line (\d+)/.exec(problem)?.[1]), lineOf(at), problem);
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
      [...document.querySelectorAll("img[data-video]")].every((image) =>
        /** @type {HTMLImageElement} */ (image).currentSrc.startsWith("blob:"),
      ),
    );
    await videos.get("still").click();
    await videos.page.emulateMedia({ reducedMotion: "reduce" });
    await videos.page.waitForFunction(() =>
      [...document.querySelectorAll("img[data-video]")].every((image) =>
        /** @type {HTMLImageElement} */ (image).currentSrc.startsWith("blob:"),
      ),
    );
  });
});
