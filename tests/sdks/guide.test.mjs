// The examples of docs/guide/calls.md and ai-sdk.md run as they are written, against a server on 127.0.0.1.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import axios from "axios";

const guide = ["calls", "ai-sdk"]
  .map((name) => readFileSync(new URL(`../../docs/guide/${name}.md`, import.meta.url), "utf8"))
  .join("\n")
  .replace(/^# From /gm, "## From ");
const examples = [...guide.matchAll(/^## (.+)$|^```js\n([\s\S]*?)^```$/gm)].reduce(
  ({ heading, all }, [, title, code]) =>
    code ? { heading, all: [...all, { heading, code }] } : { heading: title, all },
  { heading: "Calls", all: /** @type {{ heading: string, code: string }[]} */ ([]) },
).all;

/** Where the clients are found, and git does not look. */
const folder = new URL("node_modules/.guide/", import.meta.url);
const GIVEN = `
const scenes = [{ id: "a", title: "A" }, { id: "b", title: "B" }];
const [scene] = scenes;
const token = async () => "token";
`;
const REPLY = JSON.stringify({
  success: true,
  id: "1",
  choices: [{ index: 0, message: { role: "assistant", content: "A fox" }, finish_reason: "stop" }],
});
const EVENTS = 'event: start\ndata: {}\n\nevent: delta\ndata: {"text":"fox"}\n\ndata: [DONE]\n\n';

test("there are examples", () => assert.ok(examples.length > 8));

for (const [at, { heading, code }] of examples.entries()) {
  test(`${heading}: example ${at + 1}`, async (t) => {
    const requests = [];
    const server = createServer((request, response) => {
      request.resume();
      requests.push(request.url);
      const isStream = request.url === "/api/stream";
      response.setHeader("content-type", isStream ? "text/event-stream" : "application/json");
      response.end(isStream ? EVENTS : REPLY);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const base = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
    const { fetch } = globalThis;
    t.after(() => {
      globalThis.fetch = fetch;
      rmSync(folder, { recursive: true, force: true });
      server.close();
      server.closeAllConnections();
    });
    // Whatever host an example names, the server answers.
    globalThis.fetch = (url, init) =>
      fetch(new URL(String(url?.url ?? url).replace(/^https:\/\/[^/]+/, ""), base), init);
    axios.defaults.baseURL = base;
    mkdirSync(folder, { recursive: true });
    const file = new URL(`${at}.mjs`, folder);
    const ours = JSON.stringify(new URL("../../dist/index.js", import.meta.url).href);
    const imports = (code.match(/^import .*$/gm) ?? []).join("\n");
    const rest = code.replace(/^import .*$/gm, "");
    const ends = /\breport = await/.test(code) ? "\nexport { report };" : "";
    writeFileSync(file, `${imports.replace(/"sluicegate"/, ours)}\n${GIVEN}${rest}${ends}`);
    const { report } = await import(file.href);
    assert.ok(requests.length > 0, "it calls the server");
    if (ends) assert.deepEqual([report.status, requests.length], ["completed", 2], String(report.error));
  });
}
