import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { createGenerationServer } from "./index.mjs";

const PRICE = 4;
/** At which a picture takes some 15 to 40 ms, and is worth asking for after 20. */
const PACE = 0.01;

describe("submitting is asking", () => {
  const server = createGenerationServer({ pace: PACE, seed: 7 });
  const { lab } = server;
  let url;
  before(async () => ({ url } = await server.listen()));
  after(() => server.close());
  beforeEach(() => {
    lab.faults = { preset: "calm" };
    lab.reset({ credits: 1000 });
  });

  /** @param {object} body @param {string} [key] */
  async function generate(body, key) {
    const reply = await fetch(`${url}/api/generate`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: key ? { "idempotency-key": key } : {},
    });
    return { status: reply.status, body: await reply.json() };
  }

  async function project() {
    return (
      await generate({ phase: "script", text: "The boat left. The storm came. The lamp was lit. All were saved." })
    ).body.projectId;
  }

  /** Submits until it is complete. */
  async function complete(body, key) {
    for (
      const end = performance.now() + 120_000;
      performance.now() < end;
      await new Promise((done) => setTimeout(done, 5))
    ) {
      const { status, body: reply } = await generate(body, key);
      if (status === 200 && reply.status === "complete") return reply;
    }
    assert.fail("it was never complete");
  }

  test("is answered at once while the work goes on, and with the scene when it is done, made and paid once (R16, R20)", async () => {
    const projectId = await project();
    const body = { phase: "submit_image", projectId, sceneIndex: 1 };
    const held = lab.hold("image");
    const first = await generate(body, "a");
    assert.deepEqual(first, {
      status: 200,
      body: { success: true, phase: "submit_image", status: "processing", retryAfterMs: 2_000 * PACE },
    });
    assert.equal(lab.stats.inFlight, 1);
    held.release();
    const reply = await complete(body, "a");
    assert.match(reply.scene.imageUrl, /^\/api\/pictures\//);
    assert.deepEqual((await generate(body, "a")).body, reply);
    const { byPhase, doubleGenerations, replays, joins, finishedForNobody } = lab.stats;
    assert.deepEqual(
      [byPhase.submit_image.works, byPhase.submit_image.pieces, byPhase.submit_image.credits],
      [1, 1, PRICE],
    );
    assert.deepEqual([doubleGenerations, replays, joins, finishedForNobody], [0, 0, 0, 0]);
    assert.equal((await generate({ ...body, phase: "submit_audio" }, "b")).body.retryAfterMs, 1_200 * PACE);
  });

  test("asks for a long wait where all places are taken, and begins nothing (R20, R21)", async () => {
    const projectId = await project();
    lab.faults = { quota: 0 };
    const body = { phase: "submit_audio", projectId, sceneIndex: 0 };
    assert.deepEqual(await generate(body, "c"), {
      status: 200,
      body: { success: true, phase: "submit_audio", status: "processing", retryAfterMs: 20_000 },
    });
    assert.deepEqual([lab.stats.byPhase.submit_audio.works, lab.stats.byPhase.submit_audio.credits], [0, 0]);
    assert.equal((await generate({ phase: "audio", projectId })).status, 429);
    lab.faults = { quota: null };
    assert.equal((await complete(body, "c")).status, "complete");
  });

  test("is refused as other calls are", async () => {
    const projectId = await project();
    assert.equal((await generate({ phase: "submit_image", projectId, sceneIndex: 99 })).body.code, "BAD_INDEX");
    lab.reset({ credits: PRICE - 1 });
    const { status, body } = await generate({ phase: "submit_image", projectId, sceneIndex: 0 });
    assert.deepEqual([status, body.creditsRequired, body.creditsBalance], [402, PRICE, PRICE - 1]);
  });

  test("among refusals, and where work is slow, it is made and paid once all the same (R16)", async () => {
    const projectId = await project();
    lab.faults = { unavailable: 0.3, slow: 1, serverError: 0.2 };
    await Promise.all(
      [0, 1, 2].map((sceneIndex) => complete({ phase: "submit_image", projectId, sceneIndex }, `d${sceneIndex}`)),
    );
    const { pieces, works, credits } = lab.stats.byPhase.submit_image;
    assert.deepEqual([pieces, works, credits, lab.stats.doubleGenerations], [3, 3, 3 * PRICE, 0]);
  });
});
