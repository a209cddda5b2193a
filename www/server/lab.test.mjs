import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { call, script, url } from "./story-server.mjs";

describe("the lab", () => {
  test("has its faults and counts in one reply, and resets the counts", async () => {
    await script();
    const { faults, preset, stats } = (await call("/api/lab")).body;
    assert.deepEqual([faults.quota, preset, stats.byPhase.script.calls], [null, "calm", 1]);
    assert.equal((await call("/api/lab/reset", { credits: 5 }, "POST")).body.stats.creditsBalance, 5);
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
