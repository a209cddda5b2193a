// Polls and jobs.

import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { wrong } from "../typed.mjs";
import { callPhase, failure, Limiter, pollUntil, runJob, startRun, turn } from "./package.mjs";

const done = (reply) => reply === "done" || reply?.status === "done";

test("a poll tolerates errors without a status, and ends at one that the server says", async () => {
  const script = [new Error("parse"), { message: "no rows", code: "PGRST116" }, "done"];
  const replies = [...script];
  const ask = async () => {
    const next = replies.shift();
    if (next !== "done") throw next;
    return next;
  };
  assert.equal(await pollUntil(ask, { done, interval: 1 }), "done");
  let asked = 0;
  const missing = () => {
    asked += 1;
    throw failure(400);
  };
  await assert.rejects(pollUntil(missing, { done, interval: 1 }), { status: 400 });
  assert.equal(asked, 1);
});

test("a 404 is tolerated until the first reply, as often as maxConsecutiveErrors says, and ends a poll after it", async () => {
  const poll = async (script, options) => {
    const replies = [...script];
    let asked = 0;
    const ask = async () => {
      const next = replies[Math.min(asked++, replies.length - 1)];
      if (next instanceof Error) throw next;
      return next;
    };
    const result = await pollUntil(ask, { done, interval: 1, ...options }).catch(({ status }) => status);
    return [result, asked];
  };
  assert.deepEqual(await poll([failure(404), failure(404), "queued", "done"]), ["done", 4]);
  assert.deepEqual(await poll([failure(404)]), [404, 3]);
  assert.deepEqual(await poll([failure(404)], { maxConsecutiveErrors: 1 }), [404, 1]);
  assert.deepEqual(await poll(["queued", failure(404), "done"]), [404, 2]);
});

test("classify says which failures of an ask are tolerated", async () => {
  const replies = [failure(404), "done"];
  const ask = async () => {
    const next = replies.shift();
    if (next !== "done") throw next;
    return next;
  };
  const classify = (error) => (error.status === 404 ? "retry" : "fail");
  assert.equal(await pollUntil(ask, { done, interval: 1, classify }), "done");
});

test("classify is told of the request, of the poll and of the verdict, and of nothing else", async () => {
  const asked = [failure(503), failure(404), "done"];
  const ask = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const next = asked.shift();
    if (next !== "done") throw next;
    return next;
  };
  const told = [];
  const classify = (_, { elapsed, ...others }) => {
    told.push(others, elapsed >= 15 * told.length);
    return /** @type {const} */ ("retry");
  };
  await pollUntil(ask, { done, interval: 1, backoff: false, classify });
  const refused = { attempt: 1, maybeSent: false, verdict: "refused" };
  assert.deepEqual(told, [refused, true, { attempt: 2, maybeSent: true, verdict: "final" }, true]);
  const elapsed = [];
  const fails = (_, context) => (elapsed.push(context.elapsed), /** @type {const} */ ("fail"));
  await assert.rejects(
    pollUntil(() => new Promise((_, reject) => setTimeout(() => reject(failure(503)), 20)), { done, classify: fails }),
  );
  assert.ok(elapsed[0] >= 15, `${elapsed[0]} ms`);
});

test("what classify of a poll may not say is a TypeError that names that option", async () => {
  const poll = pollUntil(() => Promise.reject(failure(503)), { done, classify: () => wrong("again") });
  await assert.rejects(poll, /^TypeError: `classify` must return "retry", "fail", "pause" or "reconcile", got again/);
});

test("onReply hears of each reply, and sameAs says what a change is", async () => {
  /** @type {({ at?: number; status?: string } | undefined)[]} */
  const replies = [{ at: 1 }, { at: 2 }, { status: "done" }];
  const heard = [];
  const reports = [];
  const context = {
    report: (update) => reports.push(update),
    get idempotencyKey() {
      return "k";
    },
  };
  const reply = await pollUntil(() => replies.shift(), {
    done,
    interval: 1,
    onReply: (it) => heard.push(it),
    sameAs: (it) => it?.status ?? "pending",
    context: /** @type {any} */ (context),
  });
  assert.deepEqual([reply?.status, heard.length, reports.length], ["done", 3, 1]);
});

test("a job is submitted once over the attempts of its task, and polled again", async () => {
  let submitted = 0;
  let polled = 0;
  const run = startRun(
    ["shot"],
    (_, __, context) =>
      runJob({
        context,
        submit: () => ({ id: ++submitted }),
        poll: ({ id }) => {
          polled += 1;
          if (polled <= 2) throw failure(503);
          return { status: "done", url: `/${id}` };
        },
        done,
        value: ({ url }) => url,
        interval: 1,
        maxConsecutiveErrors: 1,
      }),
    { concurrency: 1, retry: { attempts: 4, minDelay: 1 } },
  );
  assert.deepEqual(await run.values, ["/1"]);
  assert.deepEqual([submitted, polled], [1, 3]);
});

test("a dead job is dropped, and ordered again with another key", async () => {
  const keys = [];
  const run = startRun(
    ["shot"],
    (_, __, context) =>
      runJob({
        context,
        submit: ({ idempotencyKey }) => keys.push(idempotencyKey),
        poll: (job) => (job === 1 ? { status: "failed" } : { status: "done", job }),
        done,
        failed: ({ status }) => (status === "failed" ? failure(503) : undefined),
        interval: 1,
      }),
    { concurrency: 1, retry: { attempts: 3, minDelay: 1 } },
  );
  assert.deepEqual(await run.values, [{ status: "done", job: 2 }]);
  assert.equal(new Set(keys).size, 2);
});

test("the server is told once when a job is given up", async () => {
  const cancelled = [];
  const run = startRun(
    ["shot"],
    (_, __, context) =>
      runJob({
        context,
        submit: () => "job 1",
        poll: () => ({}),
        done,
        cancel: (job) => void cancelled.push(job),
        interval: 1,
      }),
    { concurrency: 1 },
  );
  await turn();
  await turn();
  run.cancel();
  assert.equal((await run.finished).status, "cancelled");
  assert.deepEqual(cancelled, ["job 1"]);
});

test("a submit that may have arrived and carries no key is not repeated", async () => {
  let submitted = 0;
  const run = startRun(
    ["shot"],
    (_, __, context) =>
      runJob({
        context,
        submit: () => {
          submitted += 1;
          throw failure(500);
        },
        poll: () => ({}),
        done,
      }),
    { concurrency: 1, retry: { attempts: 3, minDelay: 1 } },
  );
  assert.equal((await run.finished).status, "partial");
  assert.equal(submitted, 1);
});

test("every callback of a poll sees the async context of whoever polls", async () => {
  const storage = new AsyncLocalStorage();
  const limiter = new Limiter({ limit: 1 });
  const seen = [];
  const poll = (user) =>
    storage.run(user, () => {
      const note = (what) => seen.push([user, storage.getStore(), what]);
      let asks = 0;
      return pollUntil(() => (note("ask"), ++asks), {
        limiter,
        interval: () => (note("interval"), 1),
        onReply: () => note("onReply"),
        sameAs: (reply) => (note("sameAs"), reply),
        done: (reply) => (note("done"), reply === 2),
      });
    });
  await Promise.all(["alice", "bob"].map(poll));
  assert.equal(new Set(seen.map(([user, , what]) => `${user} ${what}`)).size, 10);
  assert.deepEqual(
    seen.filter(([user, store]) => user !== store),
    [],
  );
});

test("the Retry-After header of a good reply to callPhase is the wait of the poll around it", async () => {
  const asked = [];
  const fetch = async () => {
    asked.push(performance.now());
    const isDone = asked.length === 2;
    /** @type {Record<string, string>} */
    const headers = isDone ? {} : { "retry-after": "1" };
    return Response.json({ status: isDone ? "done" : "processing" }, { status: isDone ? 200 : 202, headers });
  };
  await pollUntil(() => callPhase("/api/jobs/1", undefined, { method: "GET", fetch }), { done, interval: 1 });
  assert.equal(asked.length, 2);
  assert.ok(asked[1] - asked[0] >= 990, String(asked));
});
