import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { CLASSROOM_PRICES, sceneConcurrency } from "@sluicegate/mock-models/backends/classroom";
import { createGenerationServer } from "./index.mjs";

const server = createGenerationServer({ pace: 0.005, seed: 7 });
const { url } = await server.listen();
const { lab } = server;
after(() => server.close());
beforeEach(() => {
  lab.faults = { preset: "calm" };
  lab.reset({ credits: 1000 });
});

/** @type {import('@sluicegate/mock-models/text/lesson').Outline} */
const outline = {
  id: "scene-1",
  type: "slide",
  title: "Light",
  description: "Light is many colours.",
  keyPoints: ["Red bends least", "Blue is scattered most"],
  order: 1,
};
let lessons = 0;
const newLesson = () => `lesson-${(lessons += 1)}`;

/** @param {string} stage @param {object} body @param {string} [key] */
async function ask(stage, body, key) {
  const headers = { "content-type": "application/json", ...(key && { "idempotency-key": key }) };
  const reply = await fetch(`${url}/api/classroom/${stage}`, { method: "POST", body: JSON.stringify(body), headers });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}

/** @param {string} stageId */
const account = async (stageId) => (await fetch(`${url}/api/classroom/account/${stageId}`)).json();

describe("the classroom", () => {
  test("makes a scene in three calls, and hands its speeches to the next", async () => {
    const stageId = newLesson();
    const { body: first } = await ask("scene-content", { stageId, outline });
    assert.deepEqual(Object.keys(first), ["success", "content", "effectiveOutline"]);
    assert.equal(first.content.elements.length, 3);
    const { body: acted } = await ask("scene-actions", {
      stageId,
      outline: first.effectiveOutline,
      content: first.content,
      previousSpeeches: [],
    });
    assert.deepEqual(Object.keys(acted), ["success", "scene", "previousSpeeches"]);
    const said = acted.scene.actions.filter(({ type }) => type === "speech").map(({ text }) => text);
    assert.deepEqual(acted.previousSpeeches, said);
    const { body: spoken } = await ask("speech", { stageId, sceneId: acted.scene.id, text: said.join(" ") });
    assert.deepEqual(Object.keys(spoken), ["success", "audioUrl", "audioSeconds", "audioVoice"]);
    const sound = await fetch(url + spoken.audioUrl);
    assert.equal(sound.headers.get("content-type"), "audio/wav");
    assert.equal(Math.round((await sound.arrayBuffer()).byteLength / 44_100), Math.round(spoken.audioSeconds));
    const { body: next } = await ask("scene-actions", {
      stageId,
      outline: { ...outline, id: "scene-2" },
      content: first.content,
      previousSpeeches: said,
    });
    assert.ok(
      next.previousSpeeches[0].includes(said[1].split(" ").slice(0, 5).join(" ")),
      "it takes up what was said before",
    );
    const charged = CLASSROOM_PRICES["scene-content"] + 2 * CLASSROOM_PRICES["scene-actions"] + CLASSROOM_PRICES.speech;
    assert.deepEqual(await account(stageId), { success: true, charged, refunded: 0 });
    assert.equal(lab.stats.creditsBalance, 1000 - charged);
  });

  test("equal calls have equal results, whatever server makes them", async () => {
    const other = createGenerationServer({ pace: 0, seed: 7 });
    try {
      const { url: address } = await other.listen();
      const body = { stageId: "same", outline };
      const there = await (
        await fetch(`${address}/api/classroom/scene-content`, { method: "POST", body: JSON.stringify(body) })
      ).json();
      assert.deepEqual((await ask("scene-content", body)).body, there);
    } finally {
      await other.close();
    }
  });

  test("equal calls of two lessons meet the same faults, whatever the ids of the lessons are", async () => {
    const luck = async () => {
      lab.reset({ credits: 1000 });
      const stageId = newLesson();
      const { body: made } = await ask("scene-content", { stageId, outline });
      const { body: acted } = await ask("scene-actions", {
        stageId,
        outline,
        content: made.content,
        previousSpeeches: [],
      });
      lab.faults = { unavailable: 0.5 };
      const statuses = [];
      for (let i = 0; i < 12; i += 1)
        statuses.push((await ask("speech", { stageId, sceneId: acted.scene.id, text: "Good day." })).status);
      lab.faults = { preset: "calm" };
      return statuses;
    };
    const first = await luck();
    assert.deepEqual(new Set(first), new Set([200, 503]));
    assert.deepEqual(await luck(), first);
  });

  test("an interactive outline becomes a slide, and a quiz has questions", async () => {
    const { body: slide } = await ask("scene-content", {
      stageId: newLesson(),
      outline: { ...outline, type: "interactive" },
    });
    assert.equal(slide.effectiveOutline.type, "slide");
    const { body: quiz } = await ask("scene-content", { stageId: newLesson(), outline: { ...outline, type: "quiz" } });
    assert.equal(quiz.content.questions.length, 2);
  });

  test("refuses in a format of its own, and names the field", async () => {
    const stageId = newLesson();
    const content = { elements: [{ id: "a" }] };
    const refusals = /** @type {[string, object, number, string, string][]} */ ([
      ["scene-content", { outline }, 400, "MISSING_REQUIRED_FIELD", "field: stageId"],
      ["scene-content", { stageId }, 400, "MISSING_REQUIRED_FIELD", "field: outline"],
      ["scene-content", { stageId, outline: { ...outline, title: 5 } }, 400, "INVALID_REQUEST", "field: outline.title"],
      [
        "scene-content",
        { stageId, outline: { ...outline, keyPoints: "no" } },
        400,
        "INVALID_REQUEST",
        "field: outline.keyPoints",
      ],
      ["scene-actions", { stageId, outline, content }, 400, "MISSING_REQUIRED_FIELD", "field: previousSpeeches"],
      [
        "scene-actions",
        { stageId, outline, content: {}, previousSpeeches: [] },
        400,
        "MISSING_REQUIRED_FIELD",
        "field: content.elements",
      ],
      ["speech", { stageId, sceneId: "a", text: " " }, 400, "INVALID_REQUEST", "field: text"],
      ["speech", { stageId, text: "a" }, 400, "MISSING_REQUIRED_FIELD", "field: sceneId"],
    ]);
    for (const [stage, request, status, errorCode, details] of refusals) {
      const { status: answered, body } = await ask(stage, request);
      assert.deepEqual([answered, body.success, body.errorCode, body.details], [status, false, errorCode, details]);
      assert.equal(typeof body.error, "string");
    }
    assert.deepEqual([lab.stats.creditsUsed, lab.stats.inFlight], [0, 0]);
  });

  test("a failure that no repetition mends says so in its body, whatever its status is", async () => {
    const { status, body } = await ask("scene-content", {
      stageId: newLesson(),
      outline: { ...outline, title: "A forbidden topic" },
    });
    assert.deepEqual([status, body.errorCode, body.isRetryable], [500, "CONTENT_SENSITIVE", false]);
  });

  test("asks for credits first, and refuses beyond its quota with a hint", async () => {
    lab.reset({ credits: 2 });
    const poor = await ask("scene-content", { stageId: newLesson(), outline });
    assert.deepEqual(
      [poor.status, poor.body.errorCode, poor.body.creditsRequired, poor.body.creditsBalance],
      [402, "INSUFFICIENT_CREDITS", 3, 2],
    );
    lab.faults = { quota: 0 };
    const many = await ask("scene-content", { stageId: newLesson(), outline });
    assert.deepEqual(
      [many.status, many.body.errorCode, many.body.retryAfterMs, many.headers.get("retry-after")],
      [429, "RATE_LIMITED", 1_000, "1"],
    );
  });

  test("an empty reply of the model is a success, which is refunded and made anew under the same key", async () => {
    const stageId = newLesson();
    const broken = createGenerationServer({ pace: 0, seed: 7 });
    try {
      const { url: address } = await broken.listen();
      const post = async () => {
        const init = {
          method: "POST",
          body: JSON.stringify({ stageId, outline }),
          headers: { "idempotency-key": "one" },
        };
        const reply = await fetch(`${address}/api/classroom/scene-content`, init);
        return { status: reply.status, text: await reply.text() };
      };
      broken.lab.faults = { empty: 1 };
      const { status, text } = await post();
      const nothing = JSON.parse(text);
      assert.deepEqual(
        [status, nothing.success, nothing.content, nothing.effectiveOutline],
        [200, true, null, outline],
      );
      broken.lab.faults = { empty: 0 };
      const made = JSON.parse((await post()).text);
      assert.equal(made.content.elements.length, 3);
      const { charged, refunded } = await (await fetch(`${address}/api/classroom/account/${stageId}`)).json();
      assert.deepEqual([charged, refunded], [2 * CLASSROOM_PRICES["scene-content"], CLASSROOM_PRICES["scene-content"]]);
      assert.equal(broken.lab.stats.creditsUsed, CLASSROOM_PRICES["scene-content"]);
    } finally {
      await broken.close();
    }
  });

  test("is paid once under a key, and twice without one", async () => {
    const stageId = newLesson();
    const body = { stageId, outline };
    await ask("scene-content", body, "a-key");
    await ask("scene-content", body, "a-key");
    assert.deepEqual([(await account(stageId)).charged, lab.stats.replays, lab.stats.doubleGenerations], [3, 1, 0]);
    await ask("scene-content", body);
    assert.deepEqual([(await account(stageId)).charged, lab.stats.doubleGenerations], [6, 1]);
  });
});

describe("PARALLEL_SCENE_CONCURRENCY", () => {
  test("is off unless it is set, three when it is on, and ten at most", async () => {
    const settings = [undefined, "", "off", "0", "1", "on", "true", "5", "11", "500"];
    assert.deepEqual(settings.map(sceneConcurrency), [1, 1, 1, 1, 1, 3, 3, 5, 10, 10]);
    for (const wrong of ["many", "-2", "2.5"])
      assert.throws(
        () => sceneConcurrency(wrong),
        new TypeError(`PARALLEL_SCENE_CONCURRENCY must be off, on or a whole number, got "${wrong}"`),
      );
    assert.deepEqual(await (await fetch(`${url}/api/classroom`)).json(), {
      success: true,
      parallelSceneConcurrency: 1,
      pace: 0.005,
    });
  });
});
