// A run on a server whose items are workflows: each is started under its idempotency key, and polled.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { callPhase, runJob, startRun } from "sluicegate";
import { memoryJournal } from "sluicegate/journal";
import { startRemote } from "sluicegate/remote";
import { serveRuns } from "sluicegate/server";

const probe = createServer().listen(0);
const { port } = probe.address();
await new Promise((resolve) => probe.close(resolve));
const base = `http://127.0.0.1:${port}`;
const drawn = join(process.cwd(), `drawn-${port}.txt`);
const env = {
  ...process.env,
  PORT: String(port),
  DRAWN: drawn,
  WORKFLOW_LOCAL_DATA_DIR: join(process.cwd(), `data-${port}`),
};
const engine = spawn(process.execPath, [".output/server/index.mjs"], { env, stdio: ["ignore", "ignore", "inherit"] });

const start = (scene, { signal, idempotencyKey }) => callPhase(`${base}/films`, scene, { signal, idempotencyKey });

const runs = serveRuns({
  kinds: {
    films: (scenes, { id: run, journal, signal }) =>
      startRun(
        scenes,
        (scene, _, context) =>
          runJob({
            context,
            // Twice, as after a reply that got lost.
            submit: async (own) => (await start(scene, own)) && start(scene, own),
            poll: ({ id }, { signal }) => callPhase(`${base}/film?id=${id}`, undefined, { method: "GET", signal }),
            done: ({ status }) => status !== "pending" && status !== "running",
            failed: ({ status }) => (/failed|cancelled/.test(status) ? new Error(`the workflow ${status}`) : undefined),
            value: ({ output }) => output.url,
            interval: 300,
          }),
        { concurrency: 2, key: ({ id }) => id, idempotencyKey: ({ id }) => `${run}/${id}`, journal, signal },
      ),
  },
  journals: () => memoryJournal(),
  authorize: () => "ada",
});

const fetch = (url, init) => runs(new Request(url, init));
const handle = startRemote("http://runs.test", "films", [{ id: "a" }, { id: "b" }, { id: "c" }], { fetch });
const { values, error } = await handle.finished;
handle.close();
await runs.close();
engine.kill();
// It says that it stops, and the result is the last line.
await once(engine, "exit");
if (error) throw error;
const lines = (await readFile(drawn, "utf8")).trim().split("\n").sort();
console.log(JSON.stringify({ values, drawn: lines }));
