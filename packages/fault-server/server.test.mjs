import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { after, describe, test } from "node:test";
import { ACTIONS } from "./actions.mjs";
import { createFaultServer } from "./server.mjs";

/** @typedef {import('./actions.mjs').Fault} Fault */

const server = createFaultServer();
const { port, url } = await server.listen();
after(() => server.close());

let runs = 0;
/** @param {object} [settings] */
async function begin(settings = {}) {
  const run = `${url}/api/paid/run-${(runs += 1)}`;
  const reply = await fetch(run, { method: "POST", body: JSON.stringify({ time: 1, ...settings }) });
  assert.equal(reply.status, 201);
  return {
    run,
    /** @param {unknown} item @param {AbortSignal} [signal] */
    work: (item, signal) => fetch(`${run}/work`, { method: "POST", body: JSON.stringify({ item }), signal }),
    ledger: async () => (await fetch(`${run}/ledger`)).json(),
  };
}

/** Every call meets this fault. @param {Fault} kind @param {object} [settings] */
const always = (kind, settings) => begin({ faultRate: 1, kinds: [kind], retryAfter: 40, time: 20, ...settings });

/**
 * Sends a call over a bare socket: what came, byte for byte, until the other side ended it or it was complete.
 * @param {string} run
 */
function bare(run) {
  return new Promise((done) => {
    const body = JSON.stringify({ item: 1 });
    let text = "";
    const socket = connect(port, "127.0.0.1", () => {
      const head = [
        `POST ${new URL(run).pathname}/work HTTP/1.1`,
        "host: faults",
        "connection: close",
        `content-length: ${body.length}`,
      ];
      socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
    });
    socket.on("data", (part) => (text += part));
    socket.on("error", () => {});
    socket.on("close", () => {
      const [head, content = ""] = text.split("\r\n\r\n");
      done({
        head,
        content,
        status: Number(head.split(" ")[1] ?? 0),
        length: Number(/content-length: (\d+)/i.exec(head)?.[1]),
      });
    });
  });
}

/** @param {() => Promise<boolean>} condition */
async function until(condition) {
  for (const end = performance.now() + 120_000; !(await condition()); )
    assert.ok(performance.now() < end, "this never became true");
}

describe("each fault", () => {
  /** @type {[Fault, number][]} how many pieces are paid for one call that meets it */
  const cuts = [
    ["dropBefore", 0],
    ["dropDuring", 1],
    ["loseReply", 1],
  ];
  for (const [kind, pieces] of cuts) {
    test(`${kind}: ${ACTIONS[kind].about}`, async () => {
      const { run, ledger } = await always(kind, { time: 500 });
      assert.equal((await bare(run)).head, "");
      // A cut before or after the work leaves none under way.
      assert.equal((await ledger()).open, kind === "dropDuring" ? 1 : 0);
      await until(async () => (await ledger()).open === 0);
      const { pieces: paid, faults, answered, paidForNothing } = await ledger();
      assert.deepEqual([paid, faults, answered, paidForNothing], [pieces, { [kind]: 1 }, 0, pieces]);
    });
  }

  /** @type {[Fault, number][]} */
  const refusals = [
    ["unavailable", 503],
    ["serverError", 500],
    ["throttled", 429],
  ];
  for (const [kind, status] of refusals) {
    test(`${kind}: ${ACTIONS[kind].about}`, async () => {
      const { work, ledger } = await always(kind);
      const reply = await work(1);
      assert.equal(reply.status, status);
      assert.equal(typeof (await reply.json()).error, "string");
      assert.equal(reply.headers.get("retry-after-ms"), kind === "throttled" ? "40" : null);
      assert.equal(reply.headers.get("retry-after"), kind === "throttled" ? "1" : null);
      assert.deepEqual([(await ledger()).pieces, (await ledger()).faults], [0, { [kind]: 1 }]);
    });
  }

  test("throttled comes in bursts: nothing new is accepted until the wait that it asked for is over", async () => {
    const { work, ledger } = await begin({ seed: 7, faultRate: 0.5, kinds: ["throttled"], retryAfter: 1_500 });
    let item = 0;
    while ((await work((item += 1))).status === 200);
    for (let i = 0; i < 4; i += 1) assert.equal((await work(`other ${i}`)).status, 429);
    assert.deepEqual((await ledger()).faults, { throttled: 5 });
    let status;
    do ({ status } = await work(1));
    while (status === 429);
    assert.equal(status, 200);
  });

  test(`redirect: ${ACTIONS.redirect.about}`, async () => {
    const { run, work, ledger } = await always("redirect");
    const { status, head } = await bare(run);
    assert.equal(status, 303);
    assert.match(head, /location: \/api\/sign-in/i);
    const followed = await work(2);
    assert.deepEqual(
      [followed.status, followed.redirected, followed.headers.get("content-type")],
      [200, true, "text/html; charset=UTF-8"],
    );
    await assert.rejects(followed.json(), SyntaxError);
    assert.equal((await ledger()).pieces, 0);
  });

  test(`gatewayError: ${ACTIONS.gatewayError.about}`, async () => {
    const { run, ledger } = await always("gatewayError");
    const { status, head, content } = await bare(run);
    assert.equal(status, 502);
    assert.doesNotMatch(head, /access-control/i);
    assert.match(content, /^<!doctype html>/);
    assert.equal((await ledger()).pieces, 1);
  });

  test(`badJson: ${ACTIONS.badJson.about}`, async () => {
    const { work, ledger } = await always("badJson");
    const reply = await work(1);
    assert.deepEqual([reply.status, reply.headers.get("content-type")], [200, "application/json"]);
    await assert.rejects(reply.json(), SyntaxError);
    assert.deepEqual([(await ledger()).pieces, (await ledger()).answered], [1, 0]);
  });

  test(`truncated: ${ACTIONS.truncated.about}`, async () => {
    const { run, ledger } = await always("truncated");
    const { status, content, length } = await bare(run);
    assert.equal(status, 200);
    assert.ok(content.length > 0 && content.length < length, `${content.length} of ${length}`);
    assert.equal((await ledger()).pieces, 1);
  });

  test(`empty: ${ACTIONS.empty.about}`, async () => {
    const { work, ledger } = await always("empty");
    const reply = await work(1);
    assert.deepEqual([reply.status, await reply.text()], [200, ""]);
    assert.deepEqual([(await ledger()).pieces, (await ledger()).answered], [1, 0]);
  });

  test(`late: ${ACTIONS.late.about}`, async () => {
    const { work, ledger } = await always("late", { lateness: 1_000 });
    const begun = performance.now();
    assert.equal((await work(1)).status, 200);
    assert.ok(performance.now() - begun > 1_000);
    await assert.rejects(work(2, AbortSignal.timeout(100)), { name: "TimeoutError" });
    await until(async () => (await ledger()).abandoned === 1);
    const { answered, pieces, faults, paidForNothing } = await ledger();
    assert.deepEqual([answered, pieces, faults, paidForNothing], [1, 2, { late: 2 }, 1]);
  });

  test("offers no connection for use again while connections are cut, not after a preflight either", async () => {
    for (const [kind, kept] of /** @type {[Fault, string][]} */ ([
      ["dropBefore", "close"],
      ["badJson", "keep-alive"],
    ])) {
      const { run } = await begin({ faultRate: 0.1, kinds: [kind] });
      for (const [method, path] of [
        ["OPTIONS", "/work"],
        ["GET", "/ledger"],
        ["POST", "/work"],
      ]) {
        const reply = await fetch(run + path, { method, body: method === "POST" ? "{}" : undefined });
        assert.equal(reply.headers.get("connection"), kept, `${kind} ${method}`);
      }
    }
    assert.equal((await fetch(`${url}/api/sign-in`)).headers.get("connection"), "close");
  });
});

test("a body may come in chunks, or not at all", async () => {
  /** @param {string} method @param {string[]} parts */
  const send = (method, parts) =>
    new Promise((done, fail) => {
      const call = request(`${url}/api/paid/chunks`, { method }, (reply) => {
        reply.resume();
        done(reply.statusCode);
      });
      call.on("error", fail);
      for (const part of parts) call.write(part);
      call.end();
    });
  assert.equal(await send("POST", ['{"quo', 'ta":3}']), 201);
  assert.equal(await send("POST", []), 201);
  assert.equal(await send("DELETE", []), 405);
  assert.equal(await send("POST", ["x".repeat(200_000), "y".repeat(200_000)]), 413);
});
