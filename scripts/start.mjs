// npm start: sets up what is missing, builds the package and the storyboard, and serves both with a generation server.
// `npm start -- --queue` lets the server own the runs: it brings up Redis (or takes the one at REDIS_URL), two workers
// of a queue, and a process that owns the runs.
import { APP, buildApp, buildPackage, DOCS } from "./app.mjs";
import { endWithSignals, runChild } from "./child.mjs";
import { setUpRedis, startRedis } from "./setup/redis.mjs";
import { setup } from "./setup.mjs";
import { main, StepError } from "./step.mjs";

const USUAL_PORT = 4310;
const TRIES = 20;
const hasQueue = process.argv.includes("--queue");

let server;
/**
 * Redis and the processes of the queue, with `--queue`.
 * @type {{redis?: Awaited<ReturnType<typeof startRedis>>, system?: any}}
 */
const queue = {};

main(async () => {
  endWithSignals(async () => {
    queue.system?.close();
    await server?.close();
    await queue.redis?.stop();
    return server ? 0 : undefined;
  });
  const { env } = await setup({ browsers: false });
  const redisServer = hasQueue && !process.env.REDIS_URL ? await setUpRedis() : undefined;
  await buildPackage(env);
  await buildApp(env);

  const { createGenerationServer } = await import("../www/server/index.mjs");
  const { SLUICEGATE_BACKEND: backend, SLUICEGATE_PACE: pace } = process.env;
  server = createGenerationServer({
    staticDir: APP,
    docsDir: DOCS,
    ...(pace && { pace: Number(pace) }),
    ...(backend && { backend }),
    runs: () => queue.system?.url,
  });
  const { url } = await listen(server, wantedPort());
  if (hasQueue) await startQueue(url, redisServer);
  console.log(`\nThe storyboard: ${url}${backend ? `\n(generating with ${backend})` : ""}\n\nCtrl-C ends it.`);
  await buildDocs(url);
});

/** Starts Redis, if there is none at REDIS_URL, and the processes that work on the queue. */
async function startQueue(backend, redisServer) {
  const { startQueueSystem } = await import("../docs/recipes/queue/system.mjs");
  if (redisServer) queue.redis = await startRedis(redisServer);
  const redis = process.env.REDIS_URL || String(queue.redis?.url);
  queue.system = await startQueueSystem({ redis, backend, say: (text) => console.log(text) });
  const processes = Object.entries(queue.system.pids()).map(([name, pid]) => `${name}: ${pid}`);
  console.log(`\nThe server owns the runs (${processes.join(", ")}). Each of these processes may be killed.`);
}

/** Builds the documentation while the storyboard is served. Without it the storyboard is whole. */
async function buildDocs(url) {
  const { code, output } = await runChild(process.execPath, ["scripts/docs.mjs"], { group: true });
  if (code === 0) console.log(`The documentation: ${url}/docs/`);
  else console.error(`The documentation was not built; npm run docs builds it.\n${output}`);
}

function wantedPort() {
  const port = Number(process.env.PORT || USUAL_PORT);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new StepError("Starting the server", {
    output: `PORT is "${process.env.PORT}".`,
    hint: "It must be a number from 0 to 65535.",
  });
}

async function listen(server, first) {
  const last = Math.min(first + TRIES, 65535);
  for (let port = first; ; port++) {
    try {
      return await server.listen(port);
    } catch (error) {
      if (error.code !== "EADDRINUSE") throw error;
      if (port >= last)
        throw new StepError("Starting the server", {
          output: `The ports ${first} to ${last} are taken.`,
          hint: "Choose another one:\n    PORT=8080 npm start",
        });
      if (port === first) console.log(`  Port ${port} is taken; looking for the next free one.`);
    }
  }
}
