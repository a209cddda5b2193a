// Replies that come in parts: server-sent events, and JSON in lines.

import assert from "node:assert/strict";
import { test } from "node:test";
import { wrong } from "../typed.mjs";
import { callPhase, HttpError, turn } from "./package.mjs";
import { collect, LINES, message, parts, QUICK, SSE, streaming } from "./streams.mjs";

test("server-sent events are told in order, and the last one's data is the value", async (t) => {
  const { url, requests } = await streaming(
    t,
    parts(
      `${SSE}; charset=utf-8`,
      '\ufeff: hello\nretry: 50\nevent: progress\nid: 7\ndata: {"at":1}\n\ndata: two\ndata: lines\n\n',
      ": still there\n\nevent: nothing\n\ndata: 3\n\n",
    ),
  );
  const { value, events } = await collect(url);
  assert.deepEqual(events, [{ event: "progress", data: { at: 1 }, id: "7" }, message("two\nlines"), message(3)]);
  assert.equal(value, 3);
  assert.match(requests[0].headers.accept, /^text\/event-stream, /);
});

test("events do not depend on how their bytes are cut", async () => {
  const bytes = Buffer.from('\ufeffevent: ü\r\nid: €\r\ndata: {"emoji":"🦀"}\r\n\r\ndata: a\rdata: b\r\rdata: c\n\n');
  for (const size of [1, 2, 3, 5, 1_000]) {
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
        controller.close();
      },
    });
    const fetch = async () => new Response(body, { headers: { "content-type": SSE } });
    const { events } = await collect("/api", { fetch });
    const crab = { event: "ü", data: { emoji: "🦀" }, id: "€" };
    assert.deepEqual(events, [crab, message("a\nb"), message("c")], `in parts of ${size}`);
  }
});

test("lines of JSON are events, also the last one without its end", async (t) => {
  for (const type of [LINES, "application/jsonl", undefined, "text/plain"]) {
    const { url } = await streaming(t, parts(type, '{"a":1}\r\n\n{"b"', ':2}\n{"c":"', 'x"}'));
    const { value, events } = await collect(url);
    assert.deepEqual([value, events], [{ c: "x" }, [message({ a: 1 }), message({ b: 2 }), message({ c: "x" })]], type);
  }
  const { url } = await streaming(t, parts(LINES, '"to', 'ken"\n"last"'));
  assert.deepEqual((await collect(url)).events, [message("token"), message("last")]);
});

test("a return within a line of JSON is a space, wherever its bytes are cut", async (t) => {
  const { url } = await streaming(t, parts(LINES, '1\n{"a":\r', '2}\n{"b":\r3}\n'));
  assert.deepEqual((await collect(url)).events, [message(1), message({ a: 2 }), message({ b: 3 })]);
});

test("a number whose line does not end is a reply that broke off", async (t) => {
  for (const texts of [["12"], ["1\n", "-1.5"], ['{"a":1}\n2']]) {
    const { url } = await streaming(t, parts(LINES, ...texts));
    await assert.rejects(collect(url), /broke off in an event/, texts.join(""));
  }
  const { url } = await streaming(t, parts(LINES, "1\n", "2\n"));
  assert.equal((await collect(url)).value, 2);
});

test("null is data like any other", async (t) => {
  for (const [type, text] of [
    [SSE, "data: null\n\n"],
    [LINES, "null"],
  ]) {
    // biome-ignore format: pairs
    const { url } = await streaming(t, parts(type, text));
    assert.deepEqual(await collect(url), { value: null, events: [message(null)] }, type);
  }
});

test("events of a reply whose type does not say so are told all the same", async (t) => {
  const { url } = await streaming(t, parts("text/plain", "\n", "data: 1\n\n"));
  assert.deepEqual((await collect(url)).events, [message(1)]);
});

test("[DONE] ends the reply without being told, though the server keeps it open", { timeout: 60_000 }, async (t) => {
  const { url, requests } = await streaming(t, async ({ response, write }) => {
    response.setHeader("content-type", SSE);
    await write('data: {"delta":"a"}\n\ndata: [DONE]\n\ndata: late\n\n');
  });
  const { value, events } = await collect(url);
  assert.deepEqual([value, events], [{ delta: "a" }, [message({ delta: "a" })]]);
  await requests[0].closed;
  const unfinished = await streaming(t, parts(SSE, "data: 1\n\ndata: [DONE]"));
  assert.deepEqual((await collect(unfinished.url)).events, [message(1)]);
});

test("a server that does not stream is taken at its one word", async (t) => {
  const { url } = await streaming(t, parts("application/json", '{\n  "a": 1\n}'));
  assert.deepEqual(await collect(url), { value: { a: 1 }, events: [message({ a: 1 })] });
  const empty = await streaming(t, ({ response }) => response.writeHead(204).end());
  assert.deepEqual(await collect(empty.url), { value: undefined, events: [] });
});

test("a failed reply is an HttpError with its body", async (t) => {
  const { url } = await streaming(t, ({ response }) => response.writeHead(402).end('{"error":"broke"}'));
  await assert.rejects(
    collect(url),
    (error) => error instanceof HttpError && /** @type {any} */ (error.body).error === "broke",
  );
});

for (const [what, type, ...texts] of [
  ["within a text", SSE, "data: 1\n\ndata: hal"],
  ["within JSON", SSE, 'data: 1\n\ndata: {"a"'],
  ["within a field", SSE, "data: 1\n\nda"],
  ["within a line", LINES, '1\n{"a"'],
  ["after a line of an event", SSE, "data: 1\n\nevent: delta\ndata: hello\n"],
  ["within a number", SSE, "data: 1\n\ndata: 12"],
  ["after the type of an event", SSE, "data: 1\n\nevent: end\n"],
  ["without its blank line", SSE, 'data: 1\n\ndata: {"a":2}\n: bye'],
]) {
  test(`a reply that ends ${what} is an ambiguous failure`, async (t) => {
    const { url, requests } = await streaming(t, parts(type, ...texts));
    const told = [];
    const onEvent = ({ data }, { attempt }) => void told.push([attempt, data]);
    await assert.rejects(callPhase(url, {}, { onEvent, retry: QUICK }), /answered 200 with a stream that broke off/);
    assert.deepEqual([told, requests.length], [[[1, 1]], 1]);
  });
}

test("a comment after the last event, and an empty line that ends in a return, are whole", async (t) => {
  for (const text of ["data: 1\n\n: bye", "data: 1\n\n: bye\n", "data: 1\r\r", "data: 1\n\nretry: 5\n"]) {
    const { url } = await streaming(t, parts(SSE, text));
    assert.deepEqual(await collect(url), { value: 1, events: [message(1)] }, JSON.stringify(text));
  }
});

test("[DONE] needs no blank line", async (t) => {
  for (const end of ["data: [DONE]", "data: [DONE]\n", "data: [DONE]\n\ndata: 12"]) {
    const { url } = await streaming(t, parts(SSE, `data: 1\n\n${end}`));
    assert.deepEqual(await collect(url), { value: 1, events: [message(1)] }, end);
  }
});

test("JSON that is printed over several lines is one event, whatever the type", async (t) => {
  const pretty = JSON.stringify({ a: [1, { b: 2 }] }, undefined, 2);
  for (const type of [undefined, "text/plain", LINES]) {
    const { url } = await streaming(t, parts(type, pretty.slice(0, 9), `${pretty.slice(9)}\n`));
    const { value, events } = await collect(url);
    assert.deepEqual([value, events], [{ a: [1, { b: 2 }] }, [message({ a: [1, { b: 2 }] })]], type);
  }
  const { url } = await streaming(t, parts("text/plain", pretty.slice(0, -1)));
  await assert.rejects(collect(url), /answered 200 with a stream that broke off in an event/);
});

test("a line that is no JSON after one that is fails at once, and ends the connection", {
  timeout: 60_000,
}, async (t) => {
  const { url, requests } = await streaming(t, async ({ response, write }) => {
    response.setHeader("content-type", LINES);
    await write("1\n<html>\n2\n");
  });
  const told = [];
  const call = callPhase(url, {}, { onEvent: ({ data }) => void told.push(data), retry: QUICK });
  await assert.rejects(call, /answered 200 with a line that is no JSON/);
  assert.deepEqual([told, requests.length], [[1], 1]);
  await requests[0].closed;
});

test("a reply without an event is an ambiguous failure", async (t) => {
  const { url, requests } = await streaming(t, parts("text/html", "<h1>Log in</h1>\n"), parts(SSE, "data: 1\n\n"));
  await assert.rejects(collect(url), /answered 200 without an event/);
  assert.equal(requests.length, 1);
  assert.equal((await collect(url, { idempotencyKey: "k", retry: QUICK })).value, 1);
});

test("a connection that breaks is repeated with a key alone, and the events come anew", async (t) => {
  const breaks = async ({ response, write, drop }) => {
    response.setHeader("content-type", SSE);
    await write("data: 1\n\n");
    drop();
  };
  const whole = parts(SSE, "data: 1\n\ndata: 2\n\n");
  const once = await streaming(t, breaks, whole);
  await assert.rejects(collect(once.url, { retry: QUICK }), TypeError);
  assert.equal(once.requests.length, 1);
  const { url, requests } = await streaming(t, breaks, whole);
  const told = [];
  const onEvent = ({ data }, { attempt }) => void told.push([attempt, data]);
  assert.equal(await callPhase(url, {}, { onEvent, idempotencyKey: "k", retry: QUICK }), 2);
  assert.deepEqual(told, [[1, 1], [2, 1], [2, 2]]); // biome-ignore format: pairs
  assert.deepEqual(requests.map(({ headers }) => headers["idempotency-key"]), ["k", "k"]); // biome-ignore format: short
});

test("what onEvent throws or rejects with fails the attempt, and ends the connection", async (t) => {
  const failing = async ({ response, write }) => {
    response.setHeader("content-type", SSE);
    await write('event: error\ndata: {"status":503}\n\ndata: never\n\n');
  };
  for (const fail of [
    (error) => {
      throw error;
    },
    (error) => Promise.reject(error),
  ]) {
    const { url, requests } = await streaming(t, failing, parts(SSE, "data: 2\n\n"));
    const told = [];
    const onEvent = ({ event, data }) => {
      told.push(data);
      if (event === "error") return fail(Object.assign(new Error("overloaded"), data));
    };
    assert.equal(await callPhase(url, {}, { onEvent, retry: QUICK }), 2);
    assert.deepEqual(told, [{ status: 503 }, 2]);
    await requests[0].closed;
  }
});

test("a promise of onEvent is awaited before the next event", async (t) => {
  const { url } = await streaming(t, parts(SSE, "data: 1\n\ndata: 2\n\n"));
  const log = [];
  const onEvent = async ({ data }) => {
    log.push(`begin ${data}`);
    await turn();
    log.push(`end ${data}`);
  };
  await callPhase(url, {}, { onEvent });
  assert.deepEqual(log, ["begin 1", "end 1", "begin 2", "end 2"]);
});

test("check sees the last event", async (t) => {
  const { url } = await streaming(t, parts(SSE, 'data: {"finish":"length"}\n\n'));
  const check = ({ finish }, { status }) => {
    if (finish !== "stop") throw new Error(`${status} ${finish}`);
  };
  await assert.rejects(collect(url, { check }), /200 length/);
});

test("an abort ends the reply with its reason, tells no more and closes the connection", async (t) => {
  const { url, requests } = await streaming(t, async ({ response, write }) => {
    response.setHeader("content-type", SSE);
    await write("data: 1\n\ndata: 2\n\n");
  });
  const canceller = new AbortController();
  const told = [];
  const onEvent = ({ data }) => {
    told.push(data);
    canceller.abort("enough");
  };
  await assert.rejects(callPhase(url, {}, { onEvent, signal: canceller.signal }), (reason) => reason === "enough");
  await requests[0].closed;
  await turn();
  assert.deepEqual(told, [1]);
});

test("an abort cancels the stream of a fetch that does not know signals", async () => {
  let cancelled;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
    cancel: (reason) => (cancelled = reason),
  });
  const canceller = new AbortController();
  const call = callPhase("/api", undefined, {
    signal: canceller.signal,
    fetch: async () => new Response(body, { headers: { "content-type": SSE } }),
    onEvent: () => void setTimeout(() => canceller.abort("enough")),
  });
  await assert.rejects(call, (reason) => reason === "enough");
  await turn();
  assert.deepEqual([cancelled, body.locked], ["enough", false]);
});

test("a reply without a stream is read as a whole", async () => {
  const response = {
    ok: true,
    status: 200,
    headers: { "content-type": SSE },
    text: async () => "data: 1\n\ndata: 2\n\n",
  };
  assert.deepEqual((await collect("/api", { fetch: async () => response })).events, [message(1), message(2)]);
});

test("bad options are refused by name", async () => {
  await assert.rejects(callPhase("/api", {}, { onEvent: wrong(true) }), /^TypeError: `onEvent` must be a function/);
  await assert.rejects(callPhase("/api", {}, { onEvent() {}, read: "text" }), /^TypeError: `read` must be undefined/);
  await assert.rejects(callPhase("/api", {}, { idleTimeout: -1 }), /^TypeError: `idleTimeout` must be/);
});
