// The Redis server of the tests of queues, of `npm start -- --queue` and of `npm run bench -- queue`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StepError } from "../step.mjs";
import { redisAdvice } from "./advice.mjs";
import { aptInstall } from "./apt.mjs";
import { system, which } from "./find.mjs";

/** Time in which a Redis has to answer, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Finds the Redis server, or installs Debian's package.
 * @returns {Promise<string>} its path
 */
export async function setUpRedis() {
  const wanted = process.env.REDIS_SERVER;
  const found = wanted ? which(wanted) : which("redis-server", "valkey-server");
  if (found) return found;
  if (!wanted && ["debian", "ubuntu"].includes(system())) {
    await aptInstall("Installing Redis", ["redis-server"]);
    const installed = which("redis-server");
    if (installed) return installed;
  }
  throw new StepError("Looking for Redis", {
    output: wanted ? `REDIS_SERVER is "${wanted}", and there is no such program.` : "There is no redis-server.",
    hint: redisAdvice(),
  });
}

/**
 * Starts a Redis of its own, which listens on a socket in a new folder and writes an append-only file there. It ends
 * with this process, also when that is killed.
 * @param {string} program
 */
export async function startRedis(program) {
  const folder = mkdtempSync(join(tmpdir(), "sluicegate-redis-"));
  const socket = join(folder, "redis.sock");
  /** @type {import("node:child_process").ChildProcess} */
  let shell;
  const start = async () => {
    const args = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--appendonly", "yes", "--save", "''"];
    // The shell waits for the end of its input, which is the end of this process.
    const command = `"$0" ${args.join(" ")} >"${folder}/log" 2>&1 & trap 'kill -9 $!' TERM; cat; kill $!; wait`;
    shell = spawn("sh", ["-c", command, program], { stdio: ["pipe", "ignore", "inherit"] });
    await answered(socket);
  };
  const stop = async () => {
    const ended = once(shell, "exit");
    shell.stdin?.end();
    await ended;
  };
  await start();
  return {
    /** The address that clients connect to. */
    url: socket,
    stop: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
    /** Ends it and starts it again, with what it has written, after `away` milliseconds. */
    restart: async (away = 0) => {
      await stop();
      await sleep(away);
      await start();
    },
  };
}

/** Waits until a Redis answers. @param {string} url */
async function answered(url) {
  // Imported here, because set-up installs it.
  const { Redis } = await import("ioredis");
  const redis = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  redis.on("error", () => {});
  const giveUp = new AbortController();
  const ping = redis.ping().then(() => true);
  const isThere = await Promise.race([ping, sleep(PATIENCE, false, { signal: giveUp.signal }).catch(() => false)]);
  giveUp.abort();
  ping.catch(() => {});
  redis.disconnect();
  if (isThere) return;
  throw new StepError("Starting Redis", { output: `${url} did not answer.`, hint: redisAdvice() });
}
