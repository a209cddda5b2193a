// The storyboard whose runs the server owns, as `npm start -- --queue` starts it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { PRICES } from "@sluicegate/mock-models/backends/generation";
import { attachRun, startRemote } from "../../dist/remote.js";
import { startQueueSystem } from "../../docs/recipes/queue/system.mjs";
import { createGenerationServer } from "../../www/server/index.mjs";
import { startServer, until } from "./lab.mjs";

const SCENES = 12;
const TEXT = Array.from({ length: SCENES }, (_, at) =>
  `The lamp of tower number ${at} was lit by the keeper. `.repeat(3),
).join("");

let redis;
let server;
let system;
let url;
before(async () => {
  redis = await startServer();
  server = createGenerationServer({ pace: 0.1, credits: 10_000, runs: () => system?.url });
  ({ url } = await server.listen(0));
  system = await startQueueSystem({ redis: redis.url, backend: url });
});
after(async () => {
  system?.close();
  await server?.close();
  await redis?.stop();
});

const ask = async (path, init) => (await fetch(`${url}${path}`, init)).json();

test("the page learns that the server owns the runs", async () => {
  assert.deepEqual(await ask("/api/config"), { ownsRuns: true });
});

test("a story is completed and paid once though a worker, the owner and its tab are gone in its midst", async (t) => {
  const first = startRemote(`${url}/api/runs`, "story", { text: TEXT }, { idempotencyKey: randomUUID() });
  const address = await first.url;
  const audioOf = (run) => run.snapshot.items[1]?.fraction ?? 0;
  await until(() => audioOf(first) > 0);
  // The tab is closed, and opened again in two.
  first.close();
  const tabs = [1, 2].map(() => attachRun(address));
  t.after(() => tabs.forEach((tab) => tab.close()));
  process.kill(system.pids()["worker 1"], "SIGKILL");
  await until(() => audioOf(tabs[0]) > 0.2);
  process.kill(system.pids().owner, "SIGKILL");
  const reports = await Promise.all(tabs.map((tab) => tab.finished));
  assert.deepEqual(
    reports.map(({ status }) => status),
    ["completed", "completed"],
  );
  assert.deepEqual(tabs[0].snapshot.items, tabs[1].snapshot.items);
  const { script, finalize } = /** @type {any} */ (tabs[0].outputs);
  const { scenes } = await ask(`/api/projects/${script.projectId}`);
  assert.ok(scenes.every(({ audioUrl, imageUrl }) => audioUrl && imageUrl));
  assert.equal(finalize.creditsUsed, PRICES.script + scenes.length * (PRICES.audio + PRICES.image));
  const { doubleCharges, doubleGenerations } = await ask("/api/lab/stats");
  assert.deepEqual([doubleCharges, doubleGenerations], [0, 0]);
});

test("a run of another user does not exist", async () => {
  const own = startRemote(`${url}/api/runs`, "story", { text: "" }, { headers: { "x-user": "ada" } });
  const address = await own.url;
  own.close();
  const statusFor = async (user) => (await fetch(address, { headers: { "x-user": user } })).status;
  assert.deepEqual([await statusFor("ada"), await statusFor("bob")], [200, 404]);
});
