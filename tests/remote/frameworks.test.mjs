// The handler in Hono, Express and plain Node, over HTTP.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { getRequestListener, serve } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { attachRun, startRemote } from "../../dist/remote.js";
import { newCalls, newProcess, newWorld, scenes, statuses, storyboard, test, until } from "./lab.mjs";

const SERVERS = {
  Hono: (handler) => {
    const app = new Hono();
    app.get("/", (context) => context.text("home"));
    app.all("/api/runs/*", (context) => handler(context.req.raw));
    app.all("/api/runs", (context) => handler(context.req.raw));
    return new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(server));
    });
  },
  Express: async (handler) => {
    const app = express();
    app.use("/api/runs", getRequestListener(handler));
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  },
  "plain Node": async (handler) => {
    const server = createServer(getRequestListener(handler)).listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  },
};

for (const [name, listen] of Object.entries(SERVERS)) {
  /** A server, its address, and two users. */
  const setUp = async (t) => {
    const calls = newCalls();
    const { handler } = newProcess(t, newWorld(), { storyboard: storyboard(calls.task) });
    const server = await listen(handler);
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    return { ...calls, server, handler, base: `http://127.0.0.1:${server.address().port}/api/runs/` };
  };
  const ada = { headers: { "x-user": "ada" } };

  test(`in ${name} a run is started, watched by two clients, steered, and finished`, async (t) => {
    const { at, base } = await setUp(t);
    const run = startRemote(base, "storyboard", scenes(3), ada);
    const url = await run.url;
    const other = attachRun(new URL(url), ada);
    await until(() => statuses(other)[1] === "running");
    other.pause();
    await until(() => run.state === "paused");
    run.resume();
    (await at(0)).resolve("a");
    (await at(1)).reject(new RangeError("no"));
    (await at(2)).resolve("c");
    const reports = await Promise.all([run.finished, other.finished]);
    assert.deepEqual(reports[0].outcomes, reports[1].outcomes);
    assert.ok(reports[0].error?.errors[0] instanceof RangeError);
    const stranger = attachRun(url, { headers: { "x-user": "bob" } });
    assert.equal((await stranger.finished).error?.errors[0].status, 404);
    for (const handle of [run, other]) handle.close();
  });

  test(`in ${name} a connection that breaks is opened again, and lost clients leave no stream behind`, async (t) => {
    const { at, base, server } = await setUp(t);
    const run = startRemote(base, "storyboard", scenes(2), ada);
    await until(() => run.connection === "open" && statuses(run)[1] === "running");
    server.closeAllConnections();
    await until(() => run.connection === "lost");
    (await at(0)).resolve("a");
    (await at(1)).resolve("b");
    assert.deepEqual((await run.finished).values, ["a", "b"]);
    run.close();
    // 20 streams at most: those that broke do not count.
    for (let n = 0; n < 30; n++) {
      const controller = new AbortController();
      const headers = { ...ada.headers, accept: "text/event-stream" };
      const response = await fetch(`${await run.url}/events`, { headers, signal: controller.signal });
      assert.equal(response.status, 200);
      await /** @type {ReadableStream} */ (response.body).getReader().read();
      controller.abort();
      if (n % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}
