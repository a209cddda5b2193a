import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createGenerationServer } from "./index.mjs";
import { call, generate, keyed, lab, newKey, STORY, script, until } from "./story-server.mjs";

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
      lab.faults = { [fault]: 0.9999 };
      const key = keyed(newKey());
      const statuses = [];
      for (let i = 0; i < 4; i += 1) statuses.push((await generate({ phase: "script", text: STORY }, key)).status);
      assert.deepEqual(statuses, [status, status, status, 200]);
      assert.equal(lab.stats.byPhase.script.works, 1);
    });
  }

  test("with a share of 1, meets every call, however often a key is repeated", async () => {
    lab.faults = { serverError: 1 };
    const key = keyed(newKey());
    for (let i = 0; i < 6; i += 1)
      assert.equal((await generate({ phase: "script", text: STORY }, key)).status, 500, `call ${i + 1}`);
  });

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

  test("a lost reply asked for again without a key is a double also for scripts and single pieces", async () => {
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
    assert.deepEqual((await call("/api/lab/faults", { preset: "hard", slow: 0 })).body.faults, {
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
    for (const [change, field] of /** @type {[object, string][]} */ ([
      [{ quota: 1.5 }, "quota"],
      [{ quota: -1 }, "quota"],
      [{ slow: 2 }, "slow"],
      [{ unavailable: "1" }, "unavailable"],
      [{ serverError: null }, "serverError"],
      [{ preset: "worst" }, "preset"],
      [{ preset: "toString" }, "preset"],
      [{ sneeze: 1 }, "sneeze"],
      [{ quota: 9, loseReply: -0.1 }, "loseReply"],
    ])) {
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
