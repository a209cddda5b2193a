// Runs on a BullMQ queue beside BullMQ alone: jobs a second, and the memory of the process that owns the runs.
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { setUpRedis, startRedis } from "../scripts/setup/redis.mjs";
import { median, shown, table } from "./figures.mjs";

export const about = "queue: runs on a BullMQ queue beside BullMQ alone, on a Redis of its own or at REDIS_URL";
export const browsers = [];
export const defaults = { runs: 1_000, items: 50, workers: 4, rounds: 3 };

/** Runs that are open at a time, and jobs that a worker does at a time. */
const TOGETHER = 20;
const CONCURRENCY = 25;
const WAYS = { alone: "BullMQ alone", queue: "runs", journal: "runs with journals in Redis" };
/** Who uses the processor. */
const PARTS = /** @type {const} */ (["owner", "workers", "redis"]);
const PROCESS = fileURLToPath(new URL("queue/process.mjs", import.meta.url));

export async function measure({ runs, items, workers, rounds }) {
  const own = process.env.REDIS_URL ? undefined : await startRedis(await setUpRedis());
  const url = process.env.REDIS_URL ?? own?.url;
  /** @type {Record<string, any>} */
  const rows = Object.fromEntries(
    Object.keys(WAYS).map((way) => [way, { rates: [], cpu: { owner: [], workers: [], redis: [] }, heaps: [] }]),
  );
  try {
    // The ways take turns, because a machine changes its speed.
    for (let round = 0; round < rounds; round++) {
      for (const way of Object.keys(WAYS)) {
        const settings = { url, name: `bench-${randomUUID()}`, way, runs, items, together: TOGETHER };
        const { seconds, heaps, ...cpu } = await measureOnce({ ...settings, concurrency: CONCURRENCY }, workers);
        rows[way].rates.push((runs * items) / seconds);
        for (const part of PARTS) rows[way].cpu[part].push(cpu[part] / (runs * items));
        rows[way].heaps = heaps;
      }
    }
  } finally {
    await own?.stop();
  }
  return { runs, items, workers, rows };
}

async function measureOnce(settings, workers) {
  const text = JSON.stringify(settings);
  const started = Array.from({ length: workers }, () => fork(PROCESS, ["worker", text]));
  const redis = new Redis(settings.url, { maxRetriesPerRequest: null });
  try {
    await Promise.all(started.map((worker) => once(worker, "message")));
    const before = await usedBy(redis);
    const owner = fork(PROCESS, ["owner", text], { execArgv: ["--expose-gc"] });
    started.push(owner);
    const failed = once(owner, "exit").then(() => {
      throw new Error("The owner of the runs has ended early.");
    });
    const [result] = await Promise.race([once(owner, "message"), failed]);
    failed.catch(() => {});
    const ofWorkers = started.slice(0, workers).map(async (worker) => {
      const answer = once(worker, "message");
      worker.send("cpu");
      return Number((await answer)[0]);
    });
    const sum = (await Promise.all(ofWorkers)).reduce((total, part) => total + part, 0);
    return { ...result, workers: sum, redis: (await usedBy(redis)) - before };
  } finally {
    for (const one of started) one.kill("SIGKILL");
    redis.disconnect();
  }
}

/** Returns the microseconds of the processor that a Redis has used. */
async function usedBy(redis) {
  const text = await redis.info("cpu");
  const [user, system] = ["user", "sys"].map((kind) =>
    Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(text)?.[1]),
  );
  return 1e6 * (user + system);
}

/** @param {Awaited<ReturnType<typeof measure>>} results */
export function show({ runs, items, workers, rows }) {
  const alone = median(rows.alone.rates);
  const megabytes = (bytes) => (bytes === undefined ? "–" : `${(bytes / 1e6).toFixed(1)} MB`);
  const lines = Object.entries(WAYS).map(([way, name]) => {
    const { rates, heaps } = rows[way];
    const rate = median(rates);
    return [
      name,
      shown(rate),
      `${Math.round((100 * rate) / alone)} %`,
      ...PARTS.map((part) => shown(median(rows[way].cpu[part]))),
      megabytes(heaps[0]),
      megabytes(heaps.at(Math.floor(heaps.length / 2))),
      megabytes(heaps.at(-1)),
    ];
  });
  const head = [
    `${runs} runs of ${items} items, ${workers} workers`,
    ...["jobs/s", "of BullMQ", "µs of owner", "of workers", "of Redis", "heap at 10 %", "60 %", "end"],
  ];
  return table([head, ...lines]);
}
