import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, beforeEach, describe, test } from "node:test";
import { createGenerationServer } from "./index.mjs";

const PROMPT =
  "A 2x2 grid of 4 panels:\nPanel 1: A lighthouse in a storm\nPanel 2: A fox in the forest\nPanel 3: A boat on the river\nPanel 4: A castle in the snow\nStyle: woodcut";

const server = createGenerationServer({ pace: 0.005, seed: 7 });
const { url } = await server.listen();
const { lab } = server;
after(() => server.close());
beforeEach(() => {
  lab.faults = { preset: "calm" };
  lab.reset({ credits: 1000 });
});

/** @param {object} body @param {string} [key] */
async function generate(body, key) {
  const reply = await fetch(`${url}/api/videos`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: key ? { "idempotency-key": key } : {},
  });
  return { status: reply.status, replayed: reply.headers.get("idempotency-replayed"), body: await reply.json() };
}

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** One pixel, in as many files as are wanted: what follows the end of a PNG is not looked at. @param {number} n */
const png = (n) => Buffer.concat([PIXEL, Buffer.from([n])]);

/** @param {Buffer} bytes */
async function send(bytes) {
  const reply = await fetch(`${url}/api/videos/images`, { method: "POST", body: new Uint8Array(bytes) });
  return { status: reply.status, body: await reply.json() };
}

const picture = (changes = {}) => ({
  type: "text_to_image",
  model: "nano_banana_pro",
  name: "grid",
  prompt: PROMPT,
  output_dir: "output/test",
  params: { aspect_ratio: "16:9" },
  ...changes,
});
const video = (sha256, changes = {}) => ({
  type: "image_to_video",
  model: "kling_2_6_pro",
  prompt: "Steam rises",
  image_path: "scene_1.png",
  image_sha256: sha256,
  output_dir: "output/test",
  params: { duration: "5" },
  ...changes,
});

describe("the grid picture", () => {
  test("has as many different panels as its prompt asks for, and comes with its path, address and cost", async () => {
    const { status, body } = await generate(picture());
    assert.equal(status, 200);
    const { output_url, processing_time, ...rest } = body;
    assert.equal(typeof processing_time, "number");
    assert.deepEqual(rest, {
      success: true,
      output_path: "output/test/grid.svg",
      cost_estimate: 4,
      model: "nano_banana_pro",
    });
    const file = await fetch(url + output_url);
    assert.equal(file.headers.get("content-type"), "image/svg+xml");
    const svg = await file.text();
    assert.match(svg, /width="960" height="540"/);
    const panels = svg.split(/<svg (?=xmlns="[^"]+" viewBox="0 0 1280 720")/).slice(1);
    assert.deepEqual(
      panels.map((panel) => /x="\d+" y="\d+" width="\d+" height="\d+"/.exec(panel)?.[0]),
      [
        'x="0" y="0" width="480" height="270"',
        'x="480" y="0" width="480" height="270"',
        'x="0" y="270" width="480" height="270"',
        'x="480" y="270" width="480" height="270"',
      ],
    );
    assert.equal(new Set(panels.map((panel) => panel.replace(/panel\d-|x="\d+" y="\d+"/g, ""))).size, 4);
  });

  test("refers to nothing of another panel", async () => {
    const { body } = await generate(picture({ prompt: PROMPT.replace("2x2 grid of 4", "3x3 grid of 9") }));
    const svg = await (await fetch(url + body.output_url)).text();
    const ids = [...svg.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) assert.ok(ids.includes(id), id);
    assert.equal(svg.match(/<svg /g)?.length, 10);
  });
});

describe("a video", () => {
  test("is made of the image that was sent, under the hash of its bytes", async () => {
    const bytes = png(77);
    const sent = await send(bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    assert.deepEqual(sent, { status: 201, body: { sha256, width: 1, height: 1 } });
    const { status, body } = await generate(video(sha256));
    assert.equal(status, 200);
    const { output_url, processing_time, ...rest } = body;
    assert.equal(typeof processing_time, "number");
    assert.deepEqual(rest, {
      success: true,
      output_path: "output/test/scene_1.svg",
      cost_estimate: 10,
      model: "kling_2_6_pro",
      image_sha256: sha256,
    });
    const svg = await (await fetch(url + output_url)).text();
    assert.ok(svg.includes(bytes.toString("base64")));
    assert.match(svg, /<title>Steam rises<\/title>/);
    const kept = Buffer.from(await (await fetch(`${url}/api/videos/images/${sha256}.png`)).arrayBuffer());
    assert.ok(kept.equals(bytes));
  });

  test("is paid once under its key, and a key is for one image and one prompt (R16)", async () => {
    const { sha256 } = (await send(png(1))).body;
    const other = (await send(png(2))).body.sha256;
    const first = await generate(video(sha256), "k1");
    const again = await generate(video(sha256), "k1");
    assert.deepEqual([again.replayed, again.body], ["true", first.body]);
    assert.equal((await generate(video(other), "k1")).status, 422);
    assert.equal(lab.stats.creditsUsed, 10);
    assert.deepEqual([lab.stats.byPhase.image_to_video.works, lab.stats.doubleGenerations], [1, 0]);
  });

  test("sent again blindly after a lost reply is made and charged twice, and counted", async () => {
    const { sha256 } = (await send(png(3))).body;
    lab.faults = { loseReply: 1 };
    await assert.rejects(generate(video(sha256)));
    lab.faults = { loseReply: 0 };
    await generate(video(sha256));
    assert.deepEqual([lab.stats.doubleGenerations, lab.stats.creditsUsed], [1, 20]);
  });

  test("that is flagged is no success, and its credits come back", async () => {
    const { sha256 } = (await send(png(4))).body;
    const { status, body } = await generate(video(sha256, { prompt: "A knife falls" }));
    assert.equal(status, 200);
    assert.deepEqual(
      [body.success, body.error, body.refunded, "output_url" in body],
      [false, "The video was flagged by the safety check", 10, false],
    );
    assert.deepEqual(
      [lab.stats.creditsUsed, lab.stats.creditsBalance, lab.stats.byPhase.image_to_video.credits],
      [0, 1000, 0],
    );
  });
});

describe("what cannot be done", () => {
  test("is refused by the name of the field and its value, before anything is charged", async () => {
    const { sha256 } = (await send(png(5))).body;
    for (const [body, status, said] of /** @type {[object, number, string][]} */ ([
      [{ type: "split_image" }, 400, 'type must be one of text_to_image, image_to_video, not "split_image"'],
      [picture({ prompt: " " }), 400, 'prompt must be a text that is not empty, not " "'],
      [picture({ model: "x" }), 400, 'model must be one of nano_banana_pro, not "x"'],
      [picture({ params: {} }), 400, "params.aspect_ratio must be one of 16:9, 1:1, 9:16, not missing"],
      [video(sha256, { params: { duration: 5 } }), 400, "params.duration must be one of 5, 10, not 5"],
      [
        video(sha256, { image_path: "../scene.png" }),
        400,
        'image_path must be the name of a PNG file, not "../scene.png"',
      ],
      [video("0".repeat(64)), 404, `image_sha256 must name an image that was sent here, not "${"0".repeat(64)}"`],
    ])) {
      const reply = await generate(body);
      assert.deepEqual([reply.status, reply.body.error], [status, said]);
    }
    assert.equal((await send(Buffer.from("not a picture at all, really"))).status, 415);
    assert.equal(lab.stats.creditsUsed, 0);
  });

  test("for want of credits is refused with both numbers", async () => {
    const { sha256 } = (await send(png(6))).body;
    lab.reset({ credits: 9 });
    const { status, body } = await generate(video(sha256));
    assert.deepEqual([status, body.creditsRequired, body.creditsBalance], [402, 10, 9]);
  });
});
