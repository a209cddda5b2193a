import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createGenerationServer } from "./index.mjs";

const STORY = "A girl lit the lamp. A boat was out at sea.";

describe("the built app", () => {
  test("is served with its types, its caching and its index", async () => {
    const directory = await mkdtemp(join(tmpdir(), "storyboard-"));
    await mkdir(join(directory, "dist", "assets"), { recursive: true });
    await writeFile(join(directory, "dist", "index.html"), "<!doctype html>home");
    await writeFile(join(directory, "dist", "assets", "a-1.wasm"), "wasm");
    await writeFile(join(directory, "secret.txt"), "secret");
    const app = createGenerationServer({ staticDir: join(directory, "dist") });
    try {
      const { url: home } = await app.listen();
      for (const path of ["/", "/stories/12"]) {
        const page = await fetch(home + path);
        assert.deepEqual(
          [page.status, await page.text(), page.headers.get("cache-control")],
          [200, "<!doctype html>home", "no-cache"],
        );
      }
      const asset = await fetch(`${home}/assets/a-1.wasm`);
      assert.equal(asset.headers.get("content-type"), "application/wasm");
      assert.match(/** @type {string} */ (asset.headers.get("cache-control")), /immutable/);
      assert.equal(
        (await fetch(`${home}/assets/a-1.wasm`, { headers: { "if-none-match": String(asset.headers.get("etag")) } }))
          .status,
        304,
      );
      for (const path of ["/missing.js", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/%E0%A4%A.js", "/api/nothing"])
        assert.equal((await fetch(home + path)).status, 404, path);
      assert.equal((await fetch(home, { method: "POST" })).status, 405);
    } finally {
      await app.close();
      await rm(directory, { recursive: true });
    }
  });
});

describe("the documentation", () => {
  test("is served under /docs, beside the app, also when it is built later", async () => {
    const directory = await mkdtemp(join(tmpdir(), "documentation-"));
    const docsDir = join(directory, "docs");
    const app = createGenerationServer({ docsDir });
    try {
      const { url: home } = await app.listen();
      assert.equal((await fetch(`${home}/docs/`)).status, 404);
      await mkdir(join(docsDir, "api"), { recursive: true });
      await writeFile(join(docsDir, "index.html"), "home");
      await writeFile(join(docsDir, "api", "index.html"), "api");
      for (const [path, text] of [
        ["/docs", "home"],
        ["/docs/", "home"],
        ["/docs/api/", "api"],
        ["/docs/api/index.html", "api"],
      ])
        assert.equal(await (await fetch(home + path)).text(), text, path);
      for (const path of ["/docs/missing.html", "/docsy", "/"])
        assert.equal((await fetch(home + path)).status, 404, path);
    } finally {
      await app.close();
      await rm(directory, { recursive: true });
    }
  });
});

describe("a real backend", () => {
  test("is passed on to, and the lab is closed", async () => {
    const backend = createGenerationServer({ pace: 0.01 });
    const proxy = createGenerationServer({ backend: (await backend.listen()).url });
    try {
      const { url: front } = await proxy.listen();
      const headers = { "idempotency-key": "once", "content-type": "application/json" };
      const send = () =>
        fetch(`${front}/api/generate`, {
          method: "POST",
          body: JSON.stringify({ phase: "script", text: STORY }),
          headers,
        });
      const first = await (await send()).json();
      const second = await send();
      assert.equal(second.headers.get("idempotency-replayed"), "true");
      assert.equal((await second.json()).projectId, first.projectId);
      assert.equal(
        (
          await fetch(`${front}/api/generate`, {
            method: "POST",
            body: "{}",
            headers: { authorization: "Bearer expired" },
          })
        ).status,
        401,
      );
      assert.equal((await fetch(`${front}/api/projects/${first.projectId}`)).status, 200);
      assert.equal((await fetch(`${front}/api/lab/stats`)).status, 404);
      assert.equal((await fetch(`${front}/api/why/x/stats`)).status, 200);
    } finally {
      await proxy.close();
      await backend.close();
    }
    assert.throws(() => createGenerationServer({ backend: "http://example.org" }), /https/);
  });

  test("a client that leaves a stream is not logged as an error", async (t) => {
    const log = t.mock.method(console, "error", () => {});
    const backend = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    });
    const left = once(backend, "request").then(([, response]) => once(response, "close"));
    await once(backend.listen(0, "127.0.0.1"), "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (backend.address());
    const proxy = createGenerationServer({ backend: `http://127.0.0.1:${port}` });
    const { url } = await proxy.listen();
    try {
      const leaving = new AbortController();
      const reply = await fetch(`${url}/api/projects/1/events`, { signal: leaving.signal });
      await reply.body?.getReader().read();
      leaving.abort();
      await left;
      await proxy.close();
      assert.deepEqual(
        log.mock.calls.map(({ arguments: [error] }) => String(error)),
        [],
      );
    } finally {
      await proxy.close();
      backend.close();
    }
  });
});

test("closing ends held calls and work under way", async () => {
  const slow = createGenerationServer({ pace: 100 });
  const { url: address } = await slow.listen();
  const calls = [
    fetch(`${address}/api/why/x/call`, { method: "POST" }),
    fetch(`${address}/api/generate`, { method: "POST", body: JSON.stringify({ phase: "script", text: STORY }) }),
  ].map((promise) => assert.rejects(promise));
  while (slow.lab.stats.inFlight < 1) await new Promise((done) => setTimeout(done, 2));
  await slow.close();
  await Promise.all(calls);
});
