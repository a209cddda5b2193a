import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { durationsOf, openStoryboard, patience, startServer, until, useChromium } from "./helpers.mjs";
import { newSignal, startProxy } from "./proxy.mjs";

const SCENES = 7;
const STAGES = ["scene-content", "scene-actions", "speech"];
const PRICE = 6;
const OFF = "1";
const ATTEMPTS = 6;
/** A 5xx that says of itself that nothing mends it. @type {{ status: number, body: Record<string, unknown> }} */
const FINAL = {
  status: 500,
  body: { success: false, errorCode: "GENERATION_FAILED", error: "The model is ill", isRetryable: false },
};

const all = (value) => Array.from({ length: SCENES }, () => value);
const numbers = Array.from({ length: SCENES }, (_, n) => n + 1);

/** "scene-actions 3": which call of which scene. */
const nameOf = ({ path, body }) => `${path.split("/").at(-1)} ${(body.outline?.id ?? body.sceneId).match(/\d+$/)[0]}`;
const inOrder = numbers.flatMap((scene) => STAGES.map((stage) => `${stage} ${scene}`));

describe("the classroom in Chromium", patience, () => {
  const browser = useChromium();

  /**
   * @param {import("node:test").TestContext} t
   * @param {{ contentAhead?: string, watched?: boolean, [option: string]: unknown }} [options]
   */
  async function enter(t, { contentAhead = OFF, watched = true, ...options } = {}) {
    const server = await startServer(t, { pace: 0.01, ...options });
    const watch = () => startProxy(t, server.url, /^\/api\/classroom\/(?:scene-|speech$)/);
    // Tests that are not watched do not ask for it.
    const proxy = /** @type {Awaited<ReturnType<typeof watch>>} */ (watched ? await watch() : undefined);
    const classroom = await openStoryboard(t, browser, proxy ? { ...server, url: proxy.url } : server, {
      path: "/classroom",
    });
    await classroom.get("content-ahead").selectOption(contentAhead);
    const became = (status) => classroom.page.locator(`[data-status="${status}"]`).first().waitFor();
    const states = (of) =>
      classroom.page
        .locator(`[data-testid^="${of}-sky-"]`)
        .evaluateAll((found) => found.map(({ dataset }) => dataset.status ?? dataset.state));
    const names = () => proxy.requests.map(nameOf);
    const asked = (name) => proxy.requests.filter((request) => nameOf(request) === name);
    const actionsOf = (scene) => /** @type {any} */ (asked(`scene-actions ${scene}`).at(-1));
    /** The speeches that the actions of a scene were given, and those that it gave: by its last call. */
    const heard = (scene) => actionsOf(scene).body.previousSpeeches;
    const said = (scene) => actionsOf(scene).reply.previousSpeeches;
    return {
      server,
      proxy,
      classroom,
      became,
      states,
      names,
      asked,
      heard,
      said,
      start: () => classroom.get("start").click(),
    };
  }

  /** Refuses a call as often as it comes, until it is mended. */
  function refuse(proxy, name, answer = FINAL) {
    proxy.rule = (request) => (nameOf(request) === name ? answer : undefined);
    return () => (proxy.rule = () => {});
  }

  test("content ahead off sends what a plain loop sends, in its order, byte for byte, one call at a time (R4)", async (t) => {
    const { proxy, classroom, became, start, states } = await enter(t);
    await start();
    await became("completed");
    const ours = proxy.requests.splice(0);
    const { stageId } = ours[0].body;
    const outlines = ours.filter(({ path }) => path.endsWith("content")).map(({ body }) => body.outline);
    assert.deepEqual(ours.map(nameOf), inOrder);
    assert.equal(proxy.maxOpen, 1);
    assert.deepEqual(await states("item"), all("fulfilled"));
    const bars = classroom.get("timeline").locator("[class*=track] > [class*=bar]");
    const drawn = await bars.evaluateAll((bars) => bars.map(({ classList }) => classList[1]));
    assert.ok(drawn.length >= SCENES && drawn.every((kind) => kind !== "sluicegate-failed"), drawn.join());

    await classroom.page.evaluate(
      async ([stageId, outlines]) => {
        const post = async (stage, body) => {
          const reply = await fetch(`/api/classroom/${stage}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ stageId, ...body }),
          });
          return reply.json();
        };
        let previousSpeeches = [];
        for (const outline of outlines) {
          const { content, effectiveOutline } = await post("scene-content", { outline });
          const { scene, previousSpeeches: said } = await post("scene-actions", {
            outline: effectiveOutline,
            content,
            previousSpeeches,
          });
          await post("speech", { sceneId: scene.id, text: said.join(" ") });
          previousSpeeches = said;
        }
      },
      [stageId, outlines],
    );
    const sent = (/** @type {any} */ { method, path, headers: { "idempotency-key": _, ...headers }, text }) => ({
      method,
      path,
      headers,
      text,
    });
    assert.deepEqual(ours.map(sent), proxy.requests.map(sent));
    const keys = ours.map(({ headers }) => headers["idempotency-key"]);
    assert.equal(new Set(keys).size, ours.length);
    classroom.assertNoComplaints();
  });

  test("ahead at 3 the first actions start as soon as its content is there, no barrier; speeches go from scene to scene in order (R3, R7)", async (t) => {
    const { proxy, classroom, became, start, names, heard, said, states } = await enter(t, { contentAhead: "3" });
    // The second and third content take until the first scene is complete: behind a barrier they would wait for each
    // other.
    const spoken = newSignal();
    proxy.rule = (request) => {
      const name = nameOf(request);
      if (name === "speech 1") spoken.come();
      return name === "scene-content 2" || name === "scene-content 3" ? spoken.promise : undefined;
    };
    await start();
    await became("completed");
    assert.deepEqual(names().slice(0, 5), [
      "scene-content 1",
      "scene-content 2",
      "scene-content 3",
      "scene-actions 1",
      "speech 1",
    ]);
    assert.equal(proxy.maxOpen, 3);
    const commits = names().filter((name) => !name.startsWith("scene-content"));
    assert.deepEqual(
      commits,
      inOrder.filter((name) => !name.startsWith("scene-content")),
    );
    assert.deepEqual(numbers.map(heard), [[], ...numbers.slice(0, -1).map(said)]);
    for (const stage of STAGES) assert.deepEqual(await states(stage), all("done"));
    assert.equal(await classroom.text("heard-sky-2"), "Continues 2 speeches of “White light is a mixture”");
    const durations = await classroom.page.evaluate(
      durationsOf,
      proxy.requests.filter(({ path }) => path.endsWith("speech")).map(({ reply }) => reply.audioUrl),
    );
    assert.ok(
      durations.every((seconds) => seconds > 1),
      durations.join(),
    );
    classroom.assertNoComplaints();
  });

  test("ahead at 3 a content that fails is passed over, the lesson ends paused, and its retry takes its predecessor's speeches (R7, R8, R11)", async (t) => {
    const { server, proxy, classroom, became, start, asked, heard, said, states } = await enter(t, {
      contentAhead: "3",
    });
    const mend = refuse(proxy, "scene-content 3");
    await start();
    await until(
      "all other scenes are there",
      async () => (await states("item")).filter((state) => state === "fulfilled").length === SCENES - 1,
    );
    await became("paused");
    assert.equal(await classroom.get("status").textContent(), "Paused");
    assert.equal((await states("item"))[2], "rejected");
    assert.equal((await states("scene-content"))[2], "failed");
    assert.equal(asked("scene-content 3").length, 1, "its body says that no repetition mends it");
    assert.deepEqual(heard(4), said(2), "the last speeches that there are go on");
    assert.match(await classroom.text("failure"), /The model is ill/);

    mend();
    // Two clicks are one retry.
    await classroom.get("retry-sky-3").evaluate((button) => [button.click(), button.click()]);
    await became("completed");
    assert.equal(asked("scene-content 3").length, 2);
    assert.equal(asked("scene-actions 3").length, 1);
    assert.deepEqual(heard(3), said(2));
    assert.notDeepEqual(heard(3), said(SCENES));
    assert.equal(server.lab.stats.creditsUsed, SCENES * PRICE);
    classroom.assertNoComplaints();
  });

  test("ahead at 3 Resume at the end makes what failed again, and only that (R8)", async (t) => {
    const { proxy, classroom, became, start, names, heard, said } = await enter(t, { contentAhead: "3" });
    const mend = refuse(proxy, `scene-content ${SCENES}`);
    await start();
    await became("paused");
    await until("nothing is under way", () => proxy.open === 0);
    mend();
    const before = names().length;
    await classroom.get("resume").click();
    await became("completed");
    assert.deepEqual(
      names().slice(before),
      STAGES.map((stage) => `${stage} ${SCENES}`),
    );
    assert.deepEqual(heard(SCENES), said(SCENES - 1));
    classroom.assertNoComplaints();
  });

  test("in series a content that fails pauses at once, and Resume goes on with it (R8)", async (t) => {
    const { proxy, classroom, became, start, names } = await enter(t);
    const mend = refuse(proxy, "scene-content 2");
    await start();
    await became("paused");
    assert.deepEqual(names(), inOrder.slice(0, 4));
    mend();
    await classroom.get("resume").click();
    await became("completed");
    assert.deepEqual(names(), [...inOrder.slice(0, 4), ...inOrder.slice(3)]);
    classroom.assertNoComplaints();
  });

  for (const [contentAhead, stage] of [
    [OFF, "scene-actions"],
    ["3", "speech"],
  ]) {
    test(`${contentAhead === OFF ? "in series" : "ahead at 3"} a failure of ${stage} pauses; what was bought is not bought again (R8, R25)`, async (t) => {
      const { server, proxy, classroom, became, start, names, asked, states } = await enter(t, { contentAhead });
      const mend = refuse(proxy, `${stage} 2`);
      await start();
      await became("paused");
      await until("nothing is under way", () => proxy.open === 0);
      assert.deepEqual((await states("item")).slice(0, 2), ["fulfilled", "rejected"]);
      assert.ok(!names().includes("scene-actions 3"), "no later scene goes on");
      mend();
      await classroom.get("retry-sky-2").click();
      await classroom.page.locator('[data-testid="item-sky-2"][data-status="fulfilled"]').waitFor();
      assert.equal(await classroom.text("status"), "Paused", "one scene was asked for, not the rest");
      await classroom.get("resume").click();
      await became("completed");
      for (const name of inOrder) assert.equal(asked(name).length, name === `${stage} 2` ? 2 : 1, name);
      assert.equal(server.lab.stats.creditsUsed, SCENES * PRICE);
      classroom.assertNoComplaints();
    });
  }

  test("an empty success and what the body calls retryable are asked for again under their key; what it calls final is not (R14, R15)", async (t) => {
    const { proxy, classroom, became, start, asked } = await enter(t);
    const failed = (status, more) => ({
      status,
      body: { success: false, errorCode: "UPSTREAM_ERROR", error: "No", ...more },
    });
    const first = {
      "scene-content 1": { status: 200, body: { success: true, content: {}, effectiveOutline: {} } },
      "scene-actions 1": { status: 200, body: { success: true, scene: null, previousSpeeches: [] } },
      "speech 1": { status: 200, body: { success: true, audioUrl: "", audioSeconds: 0 } },
      "scene-content 2": failed(409),
      "scene-actions 2": failed(425),
      "speech 2": failed(408),
      "scene-content 3": failed(400, { isRetryable: true }),
      "scene-actions 3": failed(501),
      "speech 3": failed(503, { isRetryable: false }),
    };
    proxy.rule = (request) => (asked(nameOf(request)).length === 1 ? first[nameOf(request)] : undefined);
    await start();
    await became("paused");
    for (const name of Object.keys(first).slice(0, -1)) {
      const calls = asked(name);
      assert.equal(calls.length, 2, name);
      assert.equal(calls[0].headers["idempotency-key"], calls[1].headers["idempotency-key"]);
      assert.equal(calls[0].text, calls[1].text);
    }
    assert.equal(asked("speech 3").length, 1);
    classroom.assertNoComplaints();
  });

  test("after five repetitions a call has failed, and the server's own words are told (R14, R18)", async (t) => {
    const { proxy, classroom, became, start, asked } = await enter(t, { pace: 0.002 });
    refuse(proxy, "speech 1", {
      status: 502,
      body: { success: false, errorCode: "UPSTREAM_ERROR", error: "The voice is hoarse" },
    });
    await start();
    await became("paused");
    assert.equal(asked("speech 1").length, ATTEMPTS);
    assert.equal(await classroom.text("failure"), `The voice is hoarse. Tried ${ATTEMPTS} times.`);
    classroom.assertNoComplaints();
  });

  test("cancelled it ends at once; each scene can be had afterwards, from its predecessor's speeches, and what was under way is not paid twice (R9, R16)", async (t) => {
    const { server, proxy, classroom, became, start, states, heard, said } = await enter(t, { contentAhead: "3" });
    const begun = newSignal();
    const never = newSignal();
    t.after(() => never.come());
    // The server does it and is paid, and the page is gone before it hears of it.
    proxy.rule = async (request) => {
      if (nameOf(request) !== "scene-actions 2") return;
      const { path, headers, text: body } = request;
      await fetch(server.url + path, {
        method: "POST",
        headers: { "idempotency-key": String(headers["idempotency-key"]) },
        body,
      });
      begun.come();
      await never.promise;
    };
    await start();
    await begun.promise;
    await until("nothing else is under way", () => proxy.open === 1);
    await classroom.get("cancel").click();
    await became("cancelled");
    assert.deepEqual(await states("item"), ["fulfilled", ...all("cancelled").slice(1)]);
    const before = proxy.requests.length;
    proxy.rule = () => {};
    await classroom.get("retry-sky-2").click();
    await classroom.page.locator('[data-testid="item-sky-2"][data-status="fulfilled"]').waitFor();
    assert.equal(await classroom.text("status"), "Cancelled");
    assert.deepEqual(proxy.requests.slice(before).map(nameOf), ["scene-actions 2", "speech 2"]);
    assert.deepEqual(heard(2), said(1));
    const { replays, doubleGenerations } = server.lab.stats;
    assert.deepEqual({ replays, doubleGenerations }, { replays: 1, doubleGenerations: 0 });
    classroom.assertNoComplaints();
  });

  test("the operator's setting is what is chosen at first; nothing starts before it is known, and a later choice stays", async (t) => {
    const { classroom } = await enter(t, { watched: false });
    const told = newSignal();
    await classroom.page.route("**/api/classroom", async (route) => {
      await told.promise;
      await route.fulfill({ json: { success: true, parallelSceneConcurrency: 3, pace: 0.01 } });
    });
    await Promise.all([
      classroom.page.waitForRequest("**/api/classroom"),
      classroom.page.reload({ waitUntil: "commit" }),
    ]);
    const choice = classroom.get("content-ahead");
    assert.ok(await choice.isDisabled());
    assert.equal(await classroom.get("start").count(), 0);
    told.come();
    await classroom.get("start").waitFor();
    assert.equal(await choice.inputValue(), "3");
    await choice.selectOption("5");
    assert.equal(await choice.inputValue(), "5");
    classroom.assertNoComplaints();
  });

  test("among faults of every kind each scene is made and paid once, with what came empty refunded (R2, R16, R26)", async (t) => {
    const { server, classroom, became, start, states } = await enter(t, { contentAhead: "3", watched: false, seed: 5 });
    server.lab.faults = { preset: "hardest", empty: 0.3 };
    await start();
    await became("completed");
    assert.deepEqual(await states("item"), all("fulfilled"));
    const { doubleGenerations, creditsUsed, creditsBalance, piecesGenerated, byPhase, ...stats } = server.lab.stats;
    assert.deepEqual(
      { doubleGenerations, creditsUsed, creditsBalance, piecesGenerated },
      {
        doubleGenerations: 0,
        creditsUsed: SCENES * PRICE,
        creditsBalance: 1000 - SCENES * PRICE,
        piecesGenerated: 3 * SCENES,
      },
    );
    assert.ok(
      stats.dropped > 0 && stats.lostReplies > 0 && stats.brokenReplies > 0 && stats.replies[503] > 0,
      JSON.stringify(stats),
    );
    const account = /(\d+) credits \((\d+) charged, (\d+) refunded\)/;
    await until("the account is told", async () => {
      const [, ...told] = account.exec(await classroom.text("facts")) ?? [];
      const [cost, charged, refunded] = told.map(Number);
      return cost === SCENES * PRICE && charged - refunded === cost && refunded > 0;
    });
    classroom.assertNoComplaints();
  });
});
