import assert from "node:assert/strict";
import { request } from "node:http";
import { after, beforeEach, describe, test } from "node:test";
import { createGenerationServer } from "./index.mjs";

const STORY =
  "The Lamp Keeper\n\nA girl lived in a cottage by the sea. Every evening she lit the lamp. One night a storm came, and the boat of her father was out. " +
  'She climbed the lighthouse. A fox waited in the forest. "Where to?" it asked. At dawn the boat came home. They ate bread, and the cat slept by the fire. It snowed on the castle.';

const server = createGenerationServer({ pace: 0.01, seed: 7 });
const { url } = await server.listen();
const { lab } = server;
after(() => server.close());
beforeEach(() => {
  lab.faults = { preset: "calm" };
  lab.reset({ credits: 1000 });
});

/** @param {object} body @param {Record<string, string>} [headers] @param {AbortSignal} [signal] */
async function generate(body, headers = {}, signal) {
  const reply = await fetch(`${url}/api/generate`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
    signal,
  });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}
const keyed = (/** @type {string} */ key) => ({ "idempotency-key": key });
let keys = 0;
const newKey = () => `key-${(keys += 1)}`;

async function script() {
  const { status, body } = await generate({ phase: "script", text: STORY });
  assert.equal(status, 200);
  return body;
}

/**
 * Sends a call and leaves as soon as the server has taken it.
 * @param {object} body
 * @param {Record<string, string>} headers
 */
async function abandon(body, headers) {
  const leaving = new AbortController();
  const held = lab.hold();
  const call = generate(body, headers, leaving.signal).catch(() => {});
  await held.reached(1);
  const { closedEarly } = lab.stats;
  leaving.abort();
  await call;
  await until(() => lab.stats.closedEarly > closedEarly);
  held.release();
}

/** @param {() => boolean} condition */
async function until(condition) {
  for (const end = performance.now() + 30_000; !condition(); ) {
    assert.ok(performance.now() < end, "this never became true");
    await new Promise((done) => setTimeout(done, 2));
  }
}

/** @param {string} path @param {object} [body] @param {string} [method] */
async function call(path, body, method = body ? "PUT" : "GET") {
  const reply = await fetch(`${url}${path}`, { method, body: body && JSON.stringify(body) });
  return { status: reply.status, body: await reply.json() };
}

describe("the pipeline", () => {
  test("goes on from chunk to chunk to the end", async () => {
    const { projectId, generationId, title, sceneCount, totalImages, progress } = await script();
    assert.equal(title, "The Lamp Keeper");
    assert.ok(sceneCount >= 6 && sceneCount === totalImages);
    assert.equal(progress, 10);
    let last = 10;
    for (const [phase, field, step] of [
      ["audio", "audioStartIndex", 1],
      ["images", "imageStartIndex", 4],
    ]) {
      let next = 0;
      for (let calls = 1; ; calls += 1) {
        const { body } = await generate({ phase, projectId, generationId, [field]: next });
        assert.equal(body.phase, phase);
        assert.ok(body.progress >= last);
        last = body.progress;
        if (!body.hasMore) {
          assert.equal(calls, Math.ceil(sceneCount / Number(step)));
          assert.ok(!("nextStartIndex" in body));
          assert.equal(phase === "audio" ? body.audioGenerated : body.imagesGenerated, sceneCount);
          break;
        }
        assert.equal(body.nextStartIndex, next + Number(step));
        next = body.nextStartIndex;
      }
      assert.equal(last, phase === "audio" ? 40 : 90);
    }
    const { body: end } = await generate({ phase: "finalize", projectId, generationId });
    assert.equal(end.progress, 100);
    assert.equal(end.creditsUsed, 2 + sceneCount * 5);
    assert.deepEqual(Object.keys(end.phaseTimings), ["script", "audio", "images", "finalize"]);
    const { body: project } = await call(`/api/projects/${projectId}`);
    assert.equal(project.status, "complete");
    assert.deepEqual(project.scenes, end.scenes);
    const picture = await fetch(url + project.scenes[0].imageUrl);
    assert.equal(picture.headers.get("content-type"), "image/svg+xml");
    assert.match(/** @type {string} */ (picture.headers.get("cache-control")), /immutable/);
    assert.match(await picture.text(), /^<svg /);
    const sound = await fetch(url + project.scenes[0].audioUrl, { headers: { range: "bytes=0-43" } });
    assert.equal(sound.status, 206);
    assert.equal((await sound.arrayBuffer()).byteLength, 44);
    const { creditsBalance, creditsUsed, doubleGenerations, piecesGenerated, inFlight } = lab.stats;
    assert.deepEqual(
      { creditsBalance, creditsUsed, doubleGenerations, piecesGenerated, inFlight },
      {
        creditsBalance: 1000 - end.creditsUsed,
        creditsUsed: end.creditsUsed,
        doubleGenerations: 0,
        piecesGenerated: sceneCount * 2,
        inFlight: 0,
      },
    );
  });

  test("sounds that are there are skipped, pictures are not", async () => {
    const { projectId, sceneCount } = await script();
    for (let i = 0; i < 2; i += 1) await generate({ phase: "images", projectId, imageStartIndex: 0 });
    assert.equal(lab.stats.doubleGenerations, 4);
    await generate({ phase: "audio", projectId, audioStartIndex: 0 });
    await generate({ phase: "regenerate_audio", projectId, sceneIndex: 2 });
    const { body } = await generate({ phase: "audio", projectId, audioStartIndex: 0 });
    assert.equal(body.nextStartIndex, 3);
    assert.equal(body.audioGenerated, 3);
    const { body: rest } = await generate({ phase: "audio", projectId, audioStartIndex: sceneCount });
    assert.deepEqual([rest.hasMore, rest.audioGenerated], [false, 3]);
    assert.equal(lab.stats.doubleGenerations, 4);
  });

  test("chunks at once lose updates, a piece that was asked for survives", async () => {
    const { projectId } = await script();
    const held = lab.hold("image");
    const chunks = [0, 4].map((imageStartIndex) => generate({ phase: "images", projectId, imageStartIndex }));
    await held.reached(6);
    held.release();
    await Promise.all(chunks);
    assert.ok(lab.stats.lostUpdates > 0);
    await Promise.all([
      generate({ phase: "regenerate_image", projectId, sceneIndex: 5 }),
      generate({ phase: "audio", projectId }),
    ]);
    const { body } = await call(`/api/projects/${projectId}`);
    assert.ok(body.scenes[5].imageUrl && body.scenes[0].audioUrl);
  });

  test("another one is another picture and no double", async () => {
    const { projectId } = await script();
    const one = (await generate({ phase: "regenerate_image", projectId, sceneIndex: 0 })).body.scene;
    const other = (await generate({ phase: "regenerate_image", projectId, sceneIndex: 0 })).body.scene;
    assert.notEqual(await (await fetch(url + one.imageUrl)).text(), await (await fetch(url + other.imageUrl)).text());
    assert.equal(lab.stats.doubleGenerations, 0);
  });

  test("finalize has no memory", async () => {
    const { projectId } = await script();
    for (let i = 0; i < 2; i += 1) assert.equal((await generate({ phase: "finalize", projectId })).body.creditsUsed, 2);
    assert.deepEqual([lab.stats.creditsBalance, lab.stats.doubleCharges], [996, 1]);
  });

  test("refuses what it cannot do", async () => {
    const { projectId } = await script();
    const refusals = [
      [{ phase: "script", text: " \n " }, 400, "EMPTY_TEXT"],
      [{ phase: "script" }, 400, "EMPTY_TEXT"],
      [{ phase: "script", text: "About a forbidden-topic." }, 400, "CONTENT_POLICY_VIOLATION"],
      [{ phase: "paint" }, 400, "UNKNOWN_PHASE"],
      [{ phase: "audio", projectId: "nobody" }, 404, "UNKNOWN_PROJECT"],
      [{ phase: "audio", projectId, generationId: "x" }, 404, "UNKNOWN_GENERATION"],
      [{ phase: "images", projectId, imageStartIndex: -1 }, 400, "BAD_INDEX"],
      [{ phase: "regenerate_image", projectId, sceneIndex: 99 }, 400, "BAD_INDEX"],
      [[], 400, "BAD_JSON"],
    ];
    for (const [body, status, code] of refusals) {
      const reply = await generate(body);
      assert.deepEqual([reply.status, reply.body.code], [status, code]);
      assert.equal(typeof reply.body.error, "string");
    }
    const bad = await fetch(`${url}/api/generate`, { method: "POST", body: "{" });
    assert.equal(bad.status, 400);
    const large = await fetch(`${url}/api/generate`, { method: "POST", body: "x".repeat(300_000) });
    assert.equal(large.status, 413);
    assert.equal((await generate({ phase: "finalize", projectId }, { authorization: "Bearer expired" })).status, 401);
    assert.equal((await fetch(`${url}/api/generate`)).status, 405);
    assert.equal(lab.stats.inFlight, 0);
  });

  test("asks for the credits of the whole story first", async () => {
    lab.reset({ credits: 10 });
    const { status, body } = await generate({ phase: "script", text: STORY });
    assert.equal(status, 402);
    assert.equal(body.creditsBalance, 10);
    assert.ok(body.creditsRequired > 10);
    lab.reset({ credits: 1000 });
    const { projectId } = await script();
    lab.reset({ credits: 7 });
    const both = await Promise.all(
      [0, 1].map((sceneIndex) => generate({ phase: "regenerate_image", projectId, sceneIndex })),
    );
    assert.deepEqual(both.map((reply) => reply.status).sort(), [200, 402]);
  });
});

describe("idempotency keys", () => {
  test("replay what is done and join what is under way", async () => {
    const { projectId } = await script();
    const key = keyed(newKey());
    const body = { phase: "images", projectId, imageStartIndex: 0 };
    const [first, second] = await Promise.all([generate(body, key), generate(body, key)]);
    assert.deepEqual(first.body, second.body);
    const third = await generate(body, key);
    assert.deepEqual(third.body, first.body);
    assert.equal(third.headers.get("idempotency-replayed"), "true");
    const { joins, replays, doubleGenerations, piecesGenerated, creditsUsed } = lab.stats;
    assert.deepEqual(
      { known: joins + replays, doubleGenerations, piecesGenerated, creditsUsed },
      { known: 2, doubleGenerations: 0, piecesGenerated: 4, creditsUsed: 18 },
    );
    const other = await generate({ ...body, imageStartIndex: 4 }, key);
    assert.deepEqual([other.status, other.body.code], [422, "IDEMPOTENCY_MISMATCH"]);
  });

  test("do not keep refusals", async () => {
    const { projectId } = await script();
    const key = keyed(newKey());
    lab.faults = { unavailable: 1 };
    assert.equal((await generate({ phase: "audio", projectId }, key)).status, 503);
    lab.faults = { unavailable: 0 };
    assert.equal((await generate({ phase: "audio", projectId }, key)).status, 200);
  });

  test("work whose client left is finished, charged and there to be fetched", async () => {
    const { projectId } = await script();
    const body = { phase: "images", projectId };
    const key = keyed(newKey());
    await abandon(body, key);
    await until(() => lab.stats.inFlight === 0);
    assert.deepEqual([lab.stats.finishedForNobody, lab.stats.creditsUsed], [1, 18]);
    assert.equal((await generate(body, key)).body.imagesGenerated, 4);
    assert.deepEqual([lab.stats.finishedForNobody, lab.stats.creditsUsed, lab.stats.replays], [0, 18, 1]);
    await abandon(body, {});
    await until(() => lab.stats.inFlight === 0);
    assert.equal(lab.stats.finishedForNobody, 1);
  });
});

describe("faults", () => {
  test("quota, which joining a call under way does not touch", async () => {
    const endless = createGenerationServer({ pace: 1000 });
    try {
      const { url: address } = await endless.listen();
      endless.lab.faults = { quota: 2 };
      const send = (/** @type {string} */ key) =>
        fetch(`${address}/api/generate`, {
          method: "POST",
          body: JSON.stringify({ phase: "script", text: STORY }),
          headers: keyed(key),
        });
      const held = ["a", "b", "a"].map(async (key, i) => {
        if (i === 2) await until(() => endless.lab.stats.inFlight === 2);
        await assert.rejects(send(key));
      });
      await until(() => endless.lab.stats.joins === 1);
      for (const key of ["c", "d", "e"]) {
        const refused = await send(key);
        assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "1"]);
        const { error, limit, current } = await refused.json();
        assert.deepEqual([typeof error, limit, current], ["string", 2, 2]);
      }
      assert.equal((await fetch(`${address}/api/lab/stats`)).status, 200);
      const { maxInFlight, replies } = endless.lab.stats;
      assert.deepEqual([maxInFlight, replies], [2, { 429: 3 }]);
      await endless.close();
      await Promise.all(held);
    } finally {
      await endless.close();
    }
  });

  for (const [fault, status] of [
    ["unavailable", 503],
    ["serverError", 500],
  ]) {
    test(`${fault}, at most three times in a row with one key`, async () => {
      lab.faults = { [fault]: 1 };
      const key = keyed(newKey());
      const statuses = [];
      for (let i = 0; i < 4; i += 1) statuses.push((await generate({ phase: "script", text: STORY }, key)).status);
      assert.deepEqual(statuses, [status, status, status, 200]);
      assert.equal(lab.stats.byPhase.script.works, 1);
    });
  }

  test("dropBefore destroys the socket and does nothing", async () => {
    lab.faults = { dropBefore: 1 };
    await assert.rejects(generate({ phase: "script", text: STORY }), TypeError);
    const { dropped, creditsUsed, inFlight } = lab.stats;
    assert.deepEqual({ dropped, creditsUsed, inFlight }, { dropped: 1, creditsUsed: 0, inFlight: 0 });
  });

  test("a lost reply is paid once with a key and twice without", async () => {
    for (const [key, credits, doubles] of /** @type {[string | undefined, number, number][]} */ ([
      [newKey(), 16, 0],
      [undefined, 32, 4],
    ])) {
      lab.faults = { loseReply: 0 };
      lab.reset({ credits: 1000 });
      const { projectId } = await script();
      const before = lab.stats.creditsUsed;
      lab.faults = { loseReply: 1 };
      const body = { phase: "images", projectId };
      const headers = key ? keyed(key) : {};
      await assert.rejects(generate(body, headers), TypeError);
      lab.faults = { loseReply: 0 };
      assert.equal((await generate(body, headers)).body.imagesGenerated, 4);
      const { creditsUsed, doubleGenerations, lostReplies, finishedForNobody } = lab.stats;
      assert.deepEqual(
        [creditsUsed - before, doubleGenerations, lostReplies, finishedForNobody],
        [credits, doubles, 1, 0],
      );
    }
  });

  test("what was lost and asked for again without a key is a double also for scripts and single pieces", async () => {
    lab.faults = { loseReply: 1 };
    await assert.rejects(generate({ phase: "script", text: "A lost beginning. And its end." }));
    lab.faults = { loseReply: 0 };
    const { body } = await generate({ phase: "script", text: "A lost beginning. And its end." });
    assert.equal(lab.stats.doubleGenerations, 1);
    lab.faults = { loseReply: 1 };
    await assert.rejects(generate({ phase: "regenerate_audio", projectId: body.projectId, sceneIndex: 0 }));
    lab.faults = { loseReply: 0 };
    await generate({ phase: "regenerate_audio", projectId: body.projectId, sceneIndex: 0 });
    assert.equal(lab.stats.doubleGenerations, 2);
  });

  test("slow takes six times as long", async () => {
    const { projectId } = await script();
    lab.faults = { slow: 1 };
    const { body } = await generate({ phase: "finalize", projectId });
    assert.ok(body.phaseTimings.finalize >= 40, String(body.phaseTimings.finalize));
  });

  test("fall the same way however the calls are ordered", async () => {
    const { projectId } = await script();
    lab.faults = { unavailable: 0.5 };
    const fates = async (/** @type {number[]} */ order) => {
      lab.reset();
      const found = [];
      for (const sceneIndex of order)
        found[sceneIndex] = (await generate({ phase: "regenerate_audio", projectId, sceneIndex })).status;
      return found;
    };
    const forwards = await fates([0, 1, 2, 3, 4, 5]);
    assert.ok(forwards.includes(200) && forwards.includes(503));
    assert.deepEqual(await fates([5, 4, 3, 2, 1, 0]), forwards);
  });

  test("are set over HTTP, whole or not at all", async () => {
    assert.deepEqual((await call("/api/lab/faults", { preset: "hard", slow: 0 })).body, {
      quota: 5,
      dropBefore: 0.06,
      unavailable: 0.1,
      serverError: 0.04,
      loseReply: 0.08,
      slow: 0,
      dropDuring: 0.02,
      redirect: 0.02,
      gatewayError: 0.02,
      badJson: 0.02,
      truncated: 0.02,
      empty: 0.02,
    });
    for (const [change, field] of [
      [{ quota: 1.5 }, "quota"],
      [{ quota: -1 }, "quota"],
      [{ slow: 2 }, "slow"],
      [{ unavailable: "1" }, "unavailable"],
      [{ serverError: null }, "serverError"],
      [{ preset: "worst" }, "preset"],
      [{ preset: "toString" }, "preset"],
      [{ sneeze: 1 }, "sneeze"],
      [{ quota: 9, loseReply: -0.1 }, "loseReply"],
    ]) {
      const { status, body } = await call("/api/lab/faults", change);
      assert.equal(status, 400);
      assert.equal(body.field, field);
      assert.ok(body.error.includes(field));
    }
    assert.equal((await call("/api/lab/faults")).body.quota, 5);
    assert.throws(() => {
      lab.faults.slow = 3;
    }, /slow/);
  });
});

describe("the lab", () => {
  test("streams its counts and resets them", async () => {
    const leaving = new AbortController();
    const stream = await fetch(`${url}/api/lab/events`, { signal: leaving.signal });
    assert.equal(stream.headers.get("content-type"), "text/event-stream");
    const reader = /** @type {ReadableStream<Uint8Array>} */ (stream.body)
      .pipeThrough(new TextDecoderStream())
      .getReader();
    const next = async () => JSON.parse(/** @type {string} */ ((await reader.read()).value).slice("data: ".length));
    assert.equal((await next()).calls, 0);
    await script();
    let seen;
    do seen = await next();
    while (seen.replies["200"] !== 1);
    assert.equal(seen.byPhase.script.calls, 1);
    leaving.abort();
    assert.equal((await call("/api/lab/reset", { credits: 5 }, "POST")).body.creditsBalance, 5);
    assert.equal((await call("/api/lab/reset", { credits: "x" }, "POST")).status, 400);
    assert.equal((await call("/api/lab/stats")).body.calls, 0);
  });

  test("may be called from another origin", async () => {
    const reply = await fetch(`${url}/api/generate`, { method: "OPTIONS" });
    assert.equal(reply.status, 204);
    assert.equal(reply.headers.get("access-control-allow-origin"), "*");
    assert.equal(reply.headers.get("access-control-allow-headers"), "content-type, authorization, idempotency-key");
    assert.match(/** @type {string} */ (reply.headers.get("access-control-expose-headers")), /retry-after/);
  });
});

describe("the gate", () => {
  test("holds calls until it opens", async () => {
    const run = `${url}/api/why/r1`;
    const stats = async () => (await fetch(`${run}/stats`)).json();
    const calls = Array.from({ length: 8 }, () =>
      fetch(`${run}/call`, { method: "POST", body: "x" }).then((reply) => reply.json()),
    );
    const leaving = new AbortController();
    const left = fetch(`${run}/call`, { method: "POST", signal: leaving.signal }).catch(() => {});
    let seen;
    do seen = await stats();
    while (seen.received < 9);
    assert.deepEqual([seen.open, seen.maxOpen, seen.answered], [9, 9, 0]);
    leaving.abort();
    await left;
    do seen = await stats();
    while (seen.open > 8);
    const full = await fetch(`${run}/call?quota=8`, { method: "POST" });
    assert.equal(full.status, 429);
    assert.deepEqual(await (await fetch(`${run}/status`)).json(), { answeredBefore: 0, open: 8 });
    await fetch(`${run}/open?delay=1`, { method: "POST" });
    assert.ok((await Promise.all(calls)).every(({ n }) => n >= 1 && n <= 9));
    assert.deepEqual(await (await fetch(`${run}/call`, { method: "POST" })).json(), { n: 11 });
    assert.equal((await (await fetch(`${run}/status`)).json()).answeredBefore, 9);
    await fetch(`${run}/close`, { method: "POST" });
    assert.deepEqual(await stats(), {
      received: 11,
      open: 0,
      maxOpen: 9,
      answered: 9,
      abandoned: 1,
      refused: 1,
      gateOpen: false,
    });
    assert.equal((await fetch(`${run}/open?delay=x`, { method: "POST" })).status, 400);
  });

  test("holds 1,500 at once", async () => {
    const held = Array.from(
      { length: 1500 },
      () =>
        new Promise((done, fail) => {
          const call = request(`${url}/api/why/many/call`, { method: "POST", agent: false }, (reply) => {
            reply.resume();
            done(reply.statusCode);
          });
          call.on("error", fail).end();
        }),
    );
    const stats = async () => (await fetch(`${url}/api/why/many/stats`)).json();
    while ((await stats()).open < 1500) await new Promise((done) => setTimeout(done, 5));
    await fetch(`${url}/api/why/many/open`, { method: "POST" });
    assert.ok((await Promise.all(held)).every((status) => status === 200));
  });
});
