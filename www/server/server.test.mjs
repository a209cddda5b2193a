import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { abandon, call, generate, keyed, lab, newKey, STORY, script, until, url } from "./story-server.mjs";

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
    for (const { audioVoice } of project.scenes)
      assert.match(Object.values(audioVoice).join(), /^(espeak-ng,en|melody,)$/);
    const { creditsBalance, creditsUsed, doubleGenerations, piecesGenerated, inFlight, byPhase } = lab.stats;
    const byPhases = Object.values(byPhase).reduce((sum, { credits }) => sum + credits, 0);
    assert.equal(byPhases, creditsUsed, "the phases add up");
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

  test("a piece that the caller found in the project is no waste: another one is no double", async () => {
    const { projectId } = await script();
    const body = { phase: "regenerate_image", projectId, sceneIndex: 0 };
    await abandon(body, {});
    await until(() => lab.stats.inFlight === 0);
    assert.ok((await call(`/api/projects/${projectId}`)).body.scenes[0].imageUrl);
    await generate(body);
    assert.equal(lab.stats.doubleGenerations, 0);
  });

  test("finalize has no memory", async () => {
    const { projectId } = await script();
    for (let i = 0; i < 2; i += 1) assert.equal((await generate({ phase: "finalize", projectId })).body.creditsUsed, 2);
    assert.deepEqual([lab.stats.creditsBalance, lab.stats.doubleCharges], [996, 1]);
  });

  test("refuses what it cannot do", async () => {
    const { projectId } = await script();
    const refusals = /** @type {[object, number, string][]} */ ([
      [{ phase: "script", text: " \n " }, 400, "EMPTY_TEXT"],
      [{ phase: "script" }, 400, "EMPTY_TEXT"],
      [{ phase: "script", text: "About a forbidden-topic." }, 400, "CONTENT_POLICY_VIOLATION"],
      [{ phase: "paint" }, 400, "UNKNOWN_PHASE"],
      [{ phase: "audio", projectId: "nobody" }, 404, "UNKNOWN_PROJECT"],
      [{ phase: "audio", projectId, generationId: "x" }, 404, "UNKNOWN_GENERATION"],
      [{ phase: "images", projectId, imageStartIndex: -1 }, 400, "BAD_INDEX"],
      [{ phase: "regenerate_image", projectId, sceneIndex: 99 }, 400, "BAD_INDEX"],
      [[], 400, "BAD_JSON"],
    ]);
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
