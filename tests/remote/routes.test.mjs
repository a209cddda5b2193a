// The routes of serveRuns: who may do what, and what is refused.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { serveRuns } from "../../dist/server.js";
import { wrong } from "../typed.mjs";
import { authorize, BASE, newCalls, newClient, newProcess, newWorld, scenes, storyboard, test, until } from "./lab.mjs";

function setUp(t, options = {}) {
  const world = newWorld();
  const calls = newCalls();
  const server = newProcess(t, world, { storyboard: storyboard(calls.task) }, options);
  return { world, server, ...calls, client: newClient(t, server) };
}

const post = (body, /** @type {string} */ key = randomUUID()) => ({
  method: "POST",
  body,
  headers: { "idempotency-key": key },
});

test("a start under the same key and input gives the same run, and calls nothing twice", async (t) => {
  const { client, calls, at } = setUp(t);
  const first = await client.ask("/storyboard", post(scenes(1), "story-1"));
  assert.equal(first.status, 201);
  assert.deepEqual(Object.keys(first.body).sort(), ["created", "id", "kind"]);
  await at(0);
  const again = await Promise.all([1, 2].map(() => client.ask("/storyboard", post(scenes(1), "story-1"))));
  for (const { status, body } of again) assert.deepEqual([status, body], [200, first.body]);
  assert.equal(calls.length, 1);

  const reordered = await client.ask("/storyboard", post([{ id: "scene-0", note: undefined }], "story-1"));
  assert.equal(reordered.status, 200);
});

test("starts under the same key at the same time are one run", async (t) => {
  const { client, calls, at } = setUp(t);
  const starts = await Promise.all(Array.from({ length: 5 }, () => client.ask("/storyboard", post(scenes(1), "k"))));
  assert.equal(new Set(starts.map(({ body }) => body.id)).size, 1);
  await at(0);
  assert.equal(calls.length, 1);
});

test("a key with another input or kind is refused", async (t) => {
  const world = newWorld();
  const { task } = newCalls();
  const server = newProcess(t, world, { storyboard: storyboard(task), film: storyboard(task) });
  const client = newClient(t, server);
  await client.ask("/storyboard", post(scenes(1), "k"));
  for (const [path, input] of [
    ["/storyboard", scenes(2)],
    ["/film", scenes(1)],
  ]) {
    const { status, body } = await client.ask(path, post(input, "k"));
    assert.deepEqual([status, body.error.code], [422, "key_reused"]);
  }
  const other = await newClient(t, server, "bob").ask("/storyboard", post(scenes(2), "k"));
  assert.equal(other.status, 201);
});

test("a start needs a key", async (t) => {
  const { client, calls } = setUp(t);
  for (const key of ["", "x".repeat(256)]) {
    const { status, body } = await client.ask("/storyboard", post(scenes(1), key));
    assert.deepEqual([status, body.error.code], [400, "bad_key"]);
  }
  assert.equal(calls.length, 0);
});

test("the runs of a user are listed, and those of others are not", async (t) => {
  const { client, server, at } = setUp(t);
  const one = (await client.ask("/storyboard", post(scenes(1)))).body;
  (await at(0)).resolve("a");
  await until(async () => (await client.ask("/")).body.runs[0].finished > 0);
  const { body } = await client.ask("/");
  assert.deepEqual(
    body.runs.map(({ id, kind }) => [id, kind]),
    [[one.id, "storyboard"]],
  );
  assert.deepEqual((await newClient(t, server, "bob").ask("/")).body, { runs: [] });
});

test("the snapshot of a run is plain JSON", async (t) => {
  const { client, at } = setUp(t);
  const { id } = (await client.ask("/storyboard", post(scenes(2)))).body;
  (await at(0)).resolve("a");
  (await at(1)).reject(Object.assign(new Error("no"), { status: 402 }));
  await until(async () => (await client.ask(`/${id}`)).body.end);
  const { body } = await client.ask(`/${id}`);
  assert.deepEqual([body.id, body.kind, body.state], [id, "storyboard", "finished"]);
  assert.deepEqual(body.end, { status: "partial", message: "1 of 2 items failed" });
  assert.deepEqual([body.progress.completed, body.progress.failed, body.progress.total], [1, 1, 2]);
  assert.deepEqual(body.items[0].value, "a");
  assert.deepEqual(body.items[1].reason, { error: { name: "Error", message: "no", status: 402 } });
});

test("a run of another user looks like one that does not exist, to every route", async (t) => {
  const { client, server, calls, at } = setUp(t);
  const { id } = (await client.ask("/storyboard", post(scenes(1)))).body;
  await at(0);
  const bob = newClient(t, server, "bob");
  const unknown = randomUUID();
  for (const [path, request] of [
    ["", {}],
    ["/events", {}],
    ["/events", { headers: { accept: "text/event-stream" } }],
    ["/cancel", post([])],
    ["/retry", post(["scene-0", { regenerate: true }])],
  ]) {
    const [theirs, none] = await Promise.all([
      bob.ask(`/${id}${path}`, request),
      bob.ask(`/${unknown}${path}`, request),
    ]);
    assert.deepEqual([theirs.status, theirs.body], [404, none.body]);
    assert.equal(none.status, 404);
    assert.deepEqual([...theirs.headers], [...none.headers]);
  }
  assert.equal((await client.ask(`/${id}`)).body.state, "running");
  assert.equal(calls.length, 1);
});

test("nothing is told and done without `authorize`, and it is told what is asked for", async (t) => {
  const asked = [];
  const { client, calls, server } = setUp(t, {
    authorize: (request, access) => {
      asked.push(access);
      return request.headers.get("x-user") === "ada" ? "ada" : undefined;
    },
  });
  const { id } = (await client.ask("/storyboard", post(scenes(1)))).body;
  await client.ask(`/${id}/pause`, post([]));
  await client.ask("/");
  assert.deepEqual(asked, [
    { action: "start", id: undefined, kind: "storyboard" },
    { action: "command", id, command: "pause" },
    { action: "list", id: undefined },
  ]);
  const before = calls.length;
  const eve = newClient(t, server, "eve");
  for (const [path, request] of [
    ["/storyboard", post(scenes(1))],
    ["/unknown", post(scenes(1))],
    ["/", {}],
    [`/${id}`, {}],
    [`/${id}/events`, { headers: { accept: "text/event-stream" } }],
    [`/${id}/cancel`, post([])],
  ]) {
    const { status, body } = await eve.ask(path, request);
    assert.deepEqual([status, body.error.code], [401, "unauthorized"]);
  }
  assert.equal(calls.length, before);
});

test("`authorize` may answer itself, and what it throws is not told", async (t) => {
  const own = setUp(t, { authorize: () => new Response("pay first", { status: 402 }) });
  const response = await own.server.fetch(BASE, {});
  assert.deepEqual([response.status, await response.text()], [402, "pay first"]);

  const broken = setUp(t, {
    authorize: () => {
      throw new Error("the database is at 10.0.0.7");
    },
  });
  const { status, body } = await broken.client.ask("/");
  assert.deepEqual([status, body], [500, { error: { code: "internal", message: "the server failed" } }]);
  assert.equal(broken.server.errors[0].message, "the database is at 10.0.0.7");
});

test("an error of a kind that is no refusal is not told, and leaves no run", async (t) => {
  const broken = () => {
    throw new Error("password is hunter2");
  };
  const server = newProcess(t, newWorld(), { broken });
  const client = newClient(t, server);
  const { status, body } = await client.ask("/broken", post(null));
  assert.deepEqual([status, body.error.code], [500, "not_started"]);
  assert.doesNotMatch(JSON.stringify(body), /hunter2/);
  assert.equal(server.errors[0].message, "password is hunter2");
  assert.deepEqual((await client.ask("/")).body.runs, []);
});

/** Errors as Zod, Valibot and http-errors throw them. */
const REFUSALS = {
  zod: [
    { issues: [{ path: [0, "prompt"], message: "Required" }], message: "[…]" },
    422,
    "bad_input",
    "0.prompt: Required",
  ],
  valibot: [
    {
      issues: [
        { message: "Expected an array", path: [] },
        { message: "Expected a text", path: [{ key: 1 }, { key: "id" }] },
      ],
    },
    ...[422, "bad_input", "Expected an array; 1.id: Expected a text"],
  ],
  status: [{ statusCode: 403, message: "not your film" }, 403, "refused", "not your film"],
  both: [{ status: 409, code: "busy", issues: [{ message: "no" }], message: "come back" }, 409, "busy", "come back"],
  empty: [{ issues: [], message: "a bug" }, 500, "not_started", "the run could not be started"],
};
for (const [name, [error, status, code, message]] of Object.entries(REFUSALS)) {
  test(`an input that a kind refuses is answered with ${status} and leaves no run: ${name}`, async (t) => {
    const refuses = () => {
      throw Object.assign(new Error("?"), error);
    };
    const server = newProcess(t, newWorld(), { refuses });
    const client = newClient(t, server);
    const answer = await client.ask("/refuses", post({}));
    assert.deepEqual([answer.status, answer.body.error], [status, { code, message }]);
    assert.equal(server.errors.length, status === 500 ? 1 : 0);
    assert.deepEqual((await client.ask("/")).body.runs, []);
  });
}

test("a kind that returns no run is an error that says so", async (t) => {
  const server = newProcess(t, newWorld(), { none: async () => 1 });
  const { status } = await newClient(t, server).ask("/none", post(null));
  assert.equal(status, 500);
  assert.match(server.errors[0].message, /`kinds.none` must be a function that returns a run, got 1/);
});

test("unknown kinds, names of Object.prototype among them, addresses and methods are refused", async (t) => {
  const { client } = setUp(t);
  for (const kind of ["film", "constructor", "__proto__", "toString", "%E0%A4%A"]) {
    const { status, body } = await client.ask(`/${kind}`, post(null));
    assert.deepEqual([status, body.error.code], [404, "unknown_kind"]);
  }
  const { id } = (await client.ask("/storyboard", post(scenes(1)))).body;
  for (const name of ["nothing", "constructor", "events.json"]) {
    assert.equal((await client.ask(`/${id}/${name}`, post([]))).status, 404);
  }
  for (const [path, request, allow] of [
    ["/storyboard", { method: "PUT", body: [] }, "GET, POST"],
    [`/${id}`, { method: "DELETE" }, "GET"],
    [`/${id}/events`, post([]), "GET"],
    [`/${id}/pause`, {}, "POST"],
  ]) {
    const { status, headers } = await client.ask(path, request);
    assert.deepEqual([status, headers.get("allow")], [405, allow]);
  }
});

test("a body that is too long, of another type or no JSON is refused", async (t) => {
  const { client, server, calls } = setUp(t, { limits: { body: 100 } });
  const codeOf = async (request) => {
    const { status, body } = await client.ask("/storyboard", request);
    return [status, body.error?.code];
  };
  assert.deepEqual(await codeOf(post(scenes(20))), [413, "too_large"]);
  assert.deepEqual(await codeOf(post("{")), [400, "bad_json"]);
  const form = { ...post("[]"), headers: { "idempotency-key": "k", "content-type": "text/plain" } };
  assert.deepEqual(await codeOf(form), [415, "not_json"]);
  // Without a length, and endless.
  let sent = 0;
  const body = new ReadableStream({ pull: (c) => c.enqueue(new TextEncoder().encode(" ".repeat(50))) ?? void sent++ });
  const headers = { "x-user": "ada", "content-type": "application/json", "idempotency-key": "k" };
  const response = await server.fetch(`${BASE}/storyboard`, { method: "POST", headers, body, duplex: "half" });
  assert.equal(response.status, 413);
  assert.ok(sent < 10);
  assert.equal(calls.length, 0);
});

test("a body that is nested too deeply to be stored is refused", async (t) => {
  const { client, server } = setUp(t);
  const nested = (levels) => post(`${"[".repeat(levels)}${"]".repeat(levels)}`);
  for (const path of ["/storyboard", `/${(await client.ask("/storyboard", post(scenes(1)))).body.id}/resume`]) {
    const { status, body } = await client.ask(path, nested(20_000));
    assert.deepEqual([status, body.error.code], [400, "bad_json"]);
  }
  assert.deepEqual(server.errors, []);
});

test("a user has at most so many unfinished runs", async (t) => {
  const { client, server, at } = setUp(t, { limits: { runs: 2 } });
  await client.ask("/storyboard", post(scenes(1)));
  await client.ask("/storyboard", post(scenes(1), "second"));
  const { status, body } = await client.ask("/storyboard", post(scenes(1)));
  assert.deepEqual(
    [status, body.error],
    [429, { code: "too_many_runs", message: "2 runs of yours have not finished" }],
  );
  assert.equal((await client.ask("/storyboard", post(scenes(1), "second"))).status, 200);
  assert.equal((await newClient(t, server, "bob").ask("/storyboard", post(scenes(1)))).status, 201);
  (await at(0)).resolve("a");
  await until(async () => (await client.ask("/storyboard", post(scenes(1)))).status === 201);
});

test("arguments of commands that are of no use are refused with the error of the method", async (t) => {
  const { client } = setUp(t);
  const { id } = (await client.ask("/storyboard", post(scenes(1)))).body;
  for (const [command, args, code, message] of /** @type {[string, unknown, string, RegExp][]} */ ([
    ["retry", ["nobody"], "unknown_item", /nobody/],
    ["retry", ["scene-0", { regenerat: true }], "bad_command", /regenerat/],
    ["resume", [{ retryFailed: "yes" }], "bad_command", /retryFailed/],
    ["setConcurrency", [-1], "bad_command", /concurrency/],
    ["cancelItem", [null], "unknown_item", /null/],
    ["pause", { not: "an array" }, "bad_command", /array/],
  ])) {
    const { status, body } = await client.ask(`/${id}/${command}`, post(args));
    assert.deepEqual([status, body.error.code], [422, code]);
    assert.match(body.error.message, message);
  }
});

test("a command that is sent again under its key is carried out once", async (t) => {
  const { client, calls, at } = setUp(t);
  const { id } = (await client.ask("/storyboard", post(scenes(1)))).body;
  (await at(0)).resolve("a");
  await until(async () => (await client.ask(`/${id}`)).body.end);
  const request = post(["scene-0", { regenerate: true }], "again-1");
  const first = await client.ask(`/${id}/retry`, request);
  (await at(1)).resolve("A");
  await until(async () => (await client.ask(`/${id}`)).body.end);
  const second = await client.ask(`/${id}/retry`, request);
  assert.deepEqual([second.status, second.body], [200, first.body]);
  assert.equal(calls.length, 2);
});

test("a key of another command is refused, and so is one that is too long", async (t) => {
  const { client } = setUp(t);
  const { id } = (await client.ask("/storyboard", post(scenes(1)))).body;
  assert.equal((await client.ask(`/${id}/pause`, post([], "k"))).status, 200);
  const { status, body } = await client.ask(`/${id}/resume`, post([], "k"));
  assert.deepEqual([status, body.error.code], [422, "bad_command"]);
  assert.match(body.error.message, /Idempotency-Key/);
  const long = await client.ask(`/${id}/resume`, post([], "x".repeat(256)));
  assert.deepEqual([long.status, long.body.error.code], [400, "bad_key"]);
  // One that is empty is none.
  for (const command of ["resume", "pause"]) {
    assert.equal((await client.ask(`/${id}/${command}`, post([], ""))).status, 200);
  }
});

test("replies are not cached, and not taken for anything else than JSON", async (t) => {
  const { client } = setUp(t);
  const { headers } = await client.ask("/");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

/** A mount below an id that looks like that of a run. */
const TENANT = "http://a.test/0b9ea0c5-6dbd-4b52-8a32-1f6f0a3a1f0e/runs";

test("the handler works wherever it is mounted", async (t) => {
  const { server, calls, at } = setUp(t);
  const client = newClient(t, server);
  for (const base of ["http://a.test", "http://a.test/v1/my/runs", "http://a.test/events", TENANT]) {
    const { body } = await client.ask(`${base}/storyboard`, post(scenes(1)));
    await at(calls.length === 0 ? 0 : calls.length - 1);
    assert.equal((await client.ask(`${base}/${body.id}?x=1`)).body.id, body.id);
    assert.ok((await client.ask(`${base}/`)).body.runs.length > 0);
  }
});

test("options that are of no use are refused at once", () => {
  const options = { kinds: {}, journals: () => undefined, authorize };
  for (const [bad, message] of /** @type {[object, RegExp][]} */ ([
    [{ kinds: undefined }, /`kinds` must be an object/],
    [{ kinds: { film: 1 } }, /`kinds.film` must be a function/],
    [{ journals: undefined }, /`journals` must be a function/],
    [{ authorize: undefined }, /`authorize` must be a function/],
    [{ limits: { body: -1 } }, /`limits.body` must be a number from 0/],
    [{ lease: "15s" }, /`lease` must be a number from 0/],
    [{ expose: true }, /`expose` must be a function/],
    [{ limit: {} }, /`limit`.*`limits`/],
  ])) {
    assert.throws(() => serveRuns(wrong({ ...options, ...bad })), message);
  }
});
