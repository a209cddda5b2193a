import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { CALLS_A_KEY, SCRIPT_PRICES } from "@sluicegate/mock-models/backends/script";
import { createGenerationServer } from "./index.mjs";

const IDEA = "A lamp that nobody lights.";
const SCENES = 12;

const server = createGenerationServer({ pace: 0.01, seed: 7 });
const { url } = await server.listen();
const { lab } = server;
after(() => server.close());
beforeEach(async () => {
  lab.faults = { preset: "calm" };
  lab.reset({ credits: 1000 });
  await send("PUT", "/refused", { scene_num: null });
});

/** @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers] */
async function send(method, path, body, headers) {
  const reply = await fetch(`${url}/api/script${path}`, { method, body: body && JSON.stringify(body), headers });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}
let calls = 0;
/** @param {object} body @param {Record<string, string>} [headers] */
const ask = (body, headers) =>
  send(
    "POST",
    "",
    { idea: IDEA, style: "ink", total_scenes: SCENES, ...body },
    { "x-api-key": `user-${(calls += 1)}`, ...headers },
  );
const turn = () => new Promise((resolve) => setImmediate(resolve));
const metadata = async () => (await ask({ phase: "metadata" })).body;
/**
 * @param {string} script_id
 * @param {number} scene_num
 * @param {object} [more]
 * @param {Record<string, string>} [headers]
 */
const scene = (script_id, scene_num, more, headers) =>
  ask({ phase: "scene", script_id, scene_num, duration: 8, previous_scenes: [], ...more }, headers);

describe("the script server", () => {
  test("metadata has a title, a hook, characters and an outline; it and each scene are paid on the spot", async () => {
    const { script_id, title_tgt, hook_summary, character_bible, outline_tgt } = await metadata();
    for (const text of [title_tgt, hook_summary, outline_tgt]) assert.ok(text.length > 5, text);
    assert.ok(
      character_bible.length >= 2 &&
        character_bible.every(({ name, role, visual_identity }) => name && role && visual_identity),
    );
    const { status, body } = await scene(script_id, 1);
    assert.equal(status, 200);
    const { credits, ...written } = body;
    assert.deepEqual(Object.keys(written), [
      "scene_num",
      "duration",
      "prompt_tgt",
      "characters",
      "location",
      "time_of_day",
      "camera_shot",
      "emotion",
      "story_beat",
      "transition_from_previous",
      "style_notes",
    ]);
    assert.deepEqual(
      [written.scene_num, written.duration, written.story_beat, written.transition_from_previous, credits],
      [1, 8, "Setup", "The film opens", 1],
    );
    const { creditsUsed, creditsOwed, creditsBalance, piecesGenerated } = lab.stats;
    assert.deepEqual(
      [creditsUsed, creditsOwed, creditsBalance, piecesGenerated],
      [SCRIPT_PRICES.metadata + SCRIPT_PRICES.scene, 0, 997, 2],
    );
  });

  test("the record says with which context and which API key each scene was written", async () => {
    const { script_id } = await metadata();
    const { body: first } = await scene(script_id, 1, {}, { "x-api-key": "ann" });
    const { body: second } = await scene(script_id, 2, { previous_scenes: [first] }, { "x-api-key": "bob" });
    assert.equal(second.transition_from_previous, `After scene 1, in ${first.location}`);
    const { body } = await send("GET", `/${script_id}`);
    assert.deepEqual(body.written, [
      { scene_num: 1, previous_scenes: [], api_key: "ann" },
      { scene_num: 2, previous_scenes: [1], api_key: "bob" },
    ]);
    assert.deepEqual([body.script_id, body.total_scenes], [script_id, SCENES]);
    assert.equal((await send("GET", "/none")).status, 404);
  });

  test("the same scene of the same idea is the same text", async () => {
    const texts = [];
    for (let n = 0; n < 2; n += 1) texts.push((await scene((await metadata()).script_id, 3)).body.prompt_tgt);
    assert.equal(texts[0], texts[1]);
  });

  test("with its key a scene is written and paid once, however often it is asked for (R16)", async () => {
    const { script_id } = await metadata();
    const held = lab.hold("scene");
    const calls = [1, 2, 3].map(() => scene(script_id, 1, {}, { "idempotency-key": `${script_id}/1` }));
    while (lab.stats.joins < 2) await turn();
    held.release();
    const replies = await Promise.all(calls);
    replies.push(await scene(script_id, 1, {}, { "idempotency-key": `${script_id}/1` }));
    assert.equal(new Set(replies.map(({ body }) => JSON.stringify(body))).size, 1);
    const { creditsUsed, joins, replays, doubleGenerations } = lab.stats;
    assert.deepEqual([creditsUsed, joins, replays, doubleGenerations], [3, 2, 1, 0]);
  });

  test("asked again without a key after a lost reply, it is written and paid twice, and the server knows", async () => {
    const { script_id } = await metadata();
    lab.faults.loseReply = 1;
    await assert.rejects(scene(script_id, 1));
    lab.faults.loseReply = 0;
    await scene(script_id, 1);
    assert.deepEqual([lab.stats.doubleGenerations, lab.stats.creditsUsed], [1, 4]);
  });

  test("an API key has two calls under way at most: beyond it 429, without a hint; another key is free", async () => {
    const { script_id } = await metadata();
    const headers = { "x-api-key": "ann" };
    const held = lab.hold("scene");
    const calls = [1, 2, 3].map((n) => scene(script_id, n, {}, headers));
    while (lab.stats.replies[429] !== 1) await turn();
    held.release();
    const replies = await Promise.all(calls);
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 429]);
    const refusal = replies.find(({ status }) => status === 429);
    assert.deepEqual(refusal?.body, {
      error: "This API key has too many calls under way",
      code: "KEY_BUSY",
      limit: CALLS_A_KEY,
      current: CALLS_A_KEY,
    });
    assert.equal(refusal?.headers.get("retry-after"), null);
    assert.equal((await scene(script_id, 4, {}, headers)).status, 200);
  });

  test("a scene can be refused until it is mended; nothing is charged for it", async () => {
    const { script_id } = await metadata();
    assert.deepEqual((await send("PUT", "/refused", { scene_num: 2 })).body, { scene_num: 2 });
    assert.deepEqual((await send("GET", "/refused")).body, { scene_num: 2 });
    const { status, body } = await scene(script_id, 2);
    assert.deepEqual(
      [status, body.code, body.error],
      [400, "CONTENT_POLICY_VIOLATION", "Scene 2 violates the content policy"],
    );
    assert.equal((await scene(script_id, 1)).status, 200);
    assert.equal(lab.stats.creditsUsed, 3);
    await send("PUT", "/refused", { scene_num: null });
    assert.equal((await scene(script_id, 2)).status, 200);
  });

  test("a mistake in a request is named by field and value", async () => {
    const { script_id } = await metadata();
    const spent = lab.stats.creditsUsed;
    for (const [body, headers, status, error] of /** @type {[object, {}, number, string][]} */ ([
      [{ phase: "poem" }, {}, 400, 'phase must be one of metadata, scene, not "poem"'],
      [{ phase: "metadata" }, { "x-api-key": "" }, 401, "There is no API key in x-api-key"],
      [{ phase: "metadata", idea: " " }, {}, 400, 'idea must be a text that is not empty, not " "'],
      [{ phase: "metadata", pace: 2 }, {}, 400, "pace must be a number above 0, at most 1, not 2"],
      [{ phase: "metadata", total_scenes: 0 }, {}, 400, "total_scenes must be a whole number from 1 to 1000, not 0"],
      [{ phase: "scene", script_id: "none" }, {}, 404, "There is no such script"],
      [
        { phase: "scene", script_id, scene_num: SCENES + 1 },
        {},
        400,
        `scene_num must be a whole number from 1 to ${SCENES}, not ${SCENES + 1}`,
      ],
      [
        { phase: "scene", script_id, scene_num: 1, total_scenes: 3 },
        {},
        400,
        `total_scenes must be ${SCENES}, as the metadata has it, not 3`,
      ],
      [
        { phase: "scene", script_id, scene_num: 1, duration: 0.5 },
        {},
        400,
        "duration must be a whole number from 1 to 60, not 0.5",
      ],
      [
        { phase: "scene", script_id, scene_num: 1, duration: 8, previous_scenes: [{}] },
        {},
        400,
        "previous_scenes.0.scene_num must be a whole number from 1 to 1000, not missing",
      ],
    ])) {
      const reply = await ask(body, headers);
      assert.deepEqual([reply.status, reply.body.error], [status, error]);
    }
    assert.equal(
      (await send("PUT", "/refused", { scene_num: "two" })).body.error,
      'scene_num must be null or a whole number from 1 to 1000, not "two"',
    );
    assert.equal(lab.stats.creditsUsed, spent);
  });

  test("a call without the credits is refused with the price and the balance", async () => {
    lab.reset({ credits: 1 });
    const { status, body } = await ask({ phase: "metadata" });
    assert.deepEqual(
      [status, body],
      [
        402,
        {
          error: "This takes 2 credits, 1 are left",
          code: "INSUFFICIENT_CREDITS",
          creditsRequired: 2,
          creditsBalance: 1,
        },
      ],
    );
  });
});
