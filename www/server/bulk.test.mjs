import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { createGenerationServer } from "./index.mjs";

const server = createGenerationServer({ pace: 0.01, seed: 7 });
const { url } = await server.listen();
const { lab } = server;
after(() => server.close());
beforeEach(async () => {
  await atRest();
  lab.faults = { preset: "calm" };
  lab.reset({ credits: 1000 });
});

/** Until nothing is under way any more. */
const atRest = () => until(() => lab.stats.inFlight === 0);

/** @param {() => boolean} condition */
async function until(condition) {
  for (const end = performance.now() + 120_000; !condition(); ) {
    assert.ok(performance.now() < end, "this never became true");
    await new Promise((done) => setTimeout(done, 2));
  }
}

/** @param {string} path @param {object} [body] @param {string} [key] */
async function call(path, body, key) {
  const headers = { "content-type": "application/json", ...(key ? { "idempotency-key": key } : {}) };
  const reply = await fetch(
    `${url}/api/bulk/${path}`,
    body ? { method: "POST", body: JSON.stringify(body), headers } : {},
  );
  return { status: reply.status, body: await reply.json() };
}
const board = async () => (await call("boards", {})).body;
const account = async (/** @type {string} */ id) => (await call(`boards/${id}/account`)).body;
const animate = (/** @type {string} */ boardId, body = {}, key = "a-key") =>
  call(
    "animation",
    { boardId, sceneNumber: 2, prompt: "A lamp", image_url: "/picture.svg", ...body },
    `${boardId}/${key}`,
  );

/** @param {string} id */
async function finished(id) {
  for (;;) {
    const { body } = await call(`generations/${id}`);
    if (body.status !== "processing") return body;
  }
}

describe("a board", () => {
  test("has twelve scenes, some with a picture and one that moves, and says what the rest costs", async () => {
    const { scenes, prices, pace } = await board();
    assert.deepEqual(
      scenes.map(({ sceneNumber }) => sceneNumber),
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    assert.deepEqual(
      scenes.filter(({ preview }) => preview).map(({ sceneNumber }) => sceneNumber),
      [1, 4, 9, 12],
    );
    assert.deepEqual(
      scenes.filter(({ animation }) => animation).map(({ sceneNumber }) => sceneNumber),
      [4],
    );
    assert.deepEqual([prices, pace], [{ preview: 4, animation: 12 }, 0.01]);
    for (const [address, moves] of [
      [scenes[0].preview, false],
      [scenes[3].animation, true],
    ]) {
      const picture = await fetch(url + address);
      assert.equal(picture.headers.get("content-type"), "image/svg+xml");
      const svg = await picture.text();
      assert.match(svg, /^<svg .*<\/svg>$/s);
      assert.equal(svg.includes("@keyframes"), moves);
    }
  });
});

describe("a picture", () => {
  test("is in the reply, or the reply names what is to be asked for", async () => {
    const { id: boardId } = await board();
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, i) => call("preview", { boardId, sceneNumber: i + 1, prompt: "A lamp" })),
    );
    const [sync, open] = ["completed", "processing"].map((status) =>
      replies.filter(({ body }) => body.status === status).map(({ body }) => body),
    );
    assert.ok(sync.length > 0 && open.length > 0, `${sync.length} at once, ${open.length} later`);
    assert.deepEqual(Object.keys(sync[0]).sort(), ["content_type", "id", "output_url", "status", "tokens_used"]);
    assert.deepEqual(Object.keys(open[0]).sort(), ["content_type", "id", "status", "tokens_used"]);
    assert.deepEqual(await finished(open[0].id), {
      ...open[0],
      status: "completed",
      output_url: (await finished(open[0].id)).output_url,
    });
    assert.deepEqual(await account(boardId), { charged: 48, refunded: 0 });
    assert.equal(lab.stats.creditsBalance, 1000 - 48);
  });

  test("that the provider refuses is refunded, and its key may be used again", async () => {
    const { id: boardId } = await board();
    const order = { boardId, sceneNumber: 1, prompt: "Blood on the map" };
    for (let i = 1; i <= 2; i += 1) {
      const { status, body } = await call("preview", order, "refused");
      assert.deepEqual([status, body], [422, { error: "The provider rejected the prompt" }]);
      assert.deepEqual(await account(boardId), { charged: 4 * i, refunded: 4 * i });
    }
    assert.deepEqual([lab.stats.creditsBalance, lab.stats.creditsUsed, lab.stats.piecesGenerated], [1000, 0, 0]);
    assert.equal((await call("preview", { ...order, prompt: "Ink on the map" }, "refused")).status, 200);
  });
});

describe("an animation", () => {
  test("is polled for, keeps its place until it is made, and under its key is made and charged once", async () => {
    const { id: boardId } = await board();
    const held = lab.hold("animation");
    const { body } = await animate(boardId);
    assert.equal(body.status, "processing");
    assert.equal(lab.stats.inFlight, 1);
    held.release();
    assert.equal((await finished(body.id)).status, "completed");
    assert.deepEqual((await animate(boardId)).body, body);
    const { inFlight, maxInFlight, replays, piecesGenerated, creditsBalance } = lab.stats;
    assert.deepEqual(
      { inFlight, maxInFlight, replays, piecesGenerated, creditsBalance },
      { inFlight: 0, maxInFlight: 1, replays: 1, piecesGenerated: 1, creditsBalance: 988 },
    );
  });

  test("that the provider refuses fails when it is polled for, is refunded, and can be ordered again under its key", async () => {
    const { id: boardId } = await board();
    const { body } = await animate(boardId, { prompt: "Blood on the map" });
    const failed = await finished(body.id);
    assert.deepEqual(
      [failed.status, failed.error, "output_url" in failed],
      ["failed", "The provider rejected the prompt", false],
    );
    assert.deepEqual(await account(boardId), { charged: 12, refunded: 12 });
    assert.notEqual((await animate(boardId, { prompt: "Ink on the map" })).body.id, body.id);
  });

  test("that is refused after a reset of the counters changes none of them", async () => {
    const { id: boardId } = await board();
    const held = lab.hold("animation");
    const { body } = await animate(boardId, { prompt: "Blood on the map" });
    lab.reset({ credits: 1000 });
    held.release();
    await finished(body.id);
    const { creditsUsed, creditsBalance, byPhase } = lab.stats;
    assert.deepEqual([creditsUsed, creditsBalance, byPhase.animation.credits], [0, 1000, 0]);
    assert.deepEqual(await account(boardId), { charged: 12, refunded: 12 });
  });

  test("polls are counted apart from calls, with their faults", async () => {
    const { id: boardId } = await board();
    const { body } = await animate(boardId);
    lab.faults.unavailable = 1;
    await call(`generations/${body.id}`);
    lab.faults.unavailable = 0;
    await finished(body.id);
    const { calls, polls, replies } = lab.stats;
    assert.equal(calls, 1);
    assert.deepEqual(replies, { 200: calls + polls - 1, 503: 1 });
  });

  test("with another prompt is another one; the same again is counted as a double", async () => {
    const { id: boardId } = await board();
    const preview = { boardId, sceneNumber: 2, prompt: "A lamp" };
    await call("preview", preview);
    await call("preview", { ...preview, prompt: "A lantern" });
    await atRest();
    assert.equal(lab.stats.doubleGenerations, 0);
    await call("preview", preview);
    await atRest();
    assert.equal(lab.stats.doubleGenerations, 1);
  });

  test("whose visitor has left is made and stays charged", async () => {
    const { id: boardId } = await board();
    const leaving = new AbortController();
    const held = lab.hold("animation", "reply");
    const order = JSON.stringify({ boardId, sceneNumber: 2, prompt: "A lamp", image_url: "/picture.svg" });
    const call = fetch(`${url}/api/bulk/animation`, { method: "POST", body: order, signal: leaving.signal }).catch(
      () => {},
    );
    await held.reached(2);
    leaving.abort();
    await call;
    held.release();
    await atRest();
    assert.equal(lab.stats.piecesGenerated, 1);
    assert.deepEqual(await account(boardId), { charged: 12, refunded: 0 });
  });
});

describe("refusals, to the letter", () => {
  test("402: what is short, for the sum before anything is bought and for a single call", async () => {
    const { id: boardId } = await board();
    lab.reset({ credits: 31 });
    assert.deepEqual(await call("check", { kind: "preview", count: 8 }), {
      status: 402,
      body: { error: "This takes 32 credits, 31 are left", type: "INSUFFICIENT_TOKENS", required: 32 },
    });
    assert.deepEqual(await call("check", { kind: "preview", count: 7 }), { status: 200, body: { required: 28 } });
    lab.reset({ credits: 3 });
    const { status, body } = await call("preview", { boardId, sceneNumber: 1, prompt: "A lamp" });
    assert.deepEqual(
      [status, body],
      [402, { error: "This takes 4 credits, 3 are left", type: "INSUFFICIENT_TOKENS", required: 4 }],
    );
  });

  test("429: the limit and what is under way, animations that are still being made among it", async () => {
    const { id: boardId } = await board();
    lab.faults.quota = 1;
    const held = lab.hold("animation");
    const { body: first } = await animate(boardId);
    const { status, body } = await animate(boardId, { sceneNumber: 3 }, "another");
    assert.deepEqual([status, body], [429, { error: "Too many generations at once", limit: 1, current: 1 }]);
    held.release();
    await finished(first.id);
    assert.equal((await animate(boardId, { sceneNumber: 3 }, "another")).status, 200);
  });

  test("503: how long to wait, of orders and of polls", async () => {
    const { id: boardId } = await board();
    const { body: order } = await animate(boardId);
    lab.faults.unavailable = 1;
    for (const reply of [await animate(boardId, {}, "another"), await call(`generations/${order.id}`)]) {
      assert.deepEqual(
        [reply.status, reply.body],
        [503, { error: "Authentication is temporarily unavailable", retry_after_seconds: 0.02 }],
      );
    }
  });

  test("a wrong field is named, with its value", async () => {
    const { id: boardId } = await board();
    for (const [path, body, status, error] of /** @type {[string, object, number, string][]} */ ([
      ["preview", { boardId: "nobody" }, 404, "There is no such board"],
      [
        "preview",
        { boardId, sceneNumber: 13, prompt: "A lamp" },
        400,
        "sceneNumber must be one of the board's, not 13",
      ],
      ["preview", { boardId, sceneNumber: 1, prompt: " " }, 400, 'prompt must be a text that is not empty, not " "'],
      [
        "animation",
        { boardId, sceneNumber: 1, prompt: "A lamp" },
        400,
        "image_url must be the address of a picture, not missing",
      ],
      ["check", { kind: "film", count: 1 }, 400, 'kind must be one of preview, animation, not "film"'],
      ["check", { kind: "preview", count: -1 }, 400, "count must be a whole number of at least 0, not -1"],
    ])) {
      const reply = await call(path, body);
      assert.deepEqual([reply.status, reply.body.error], [status, error]);
    }
    const lost = await call("generations/nothing");
    assert.deepEqual([lost.status, lost.body.code], [404, "UNKNOWN_BOARD"]);
    assert.equal((await call("drawings/nothing.svg")).status, 404);
    assert.equal(lab.stats.creditsBalance, 1000);
  });
});
