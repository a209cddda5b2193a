// What the tests of queues share: a Redis, queues with their workers, and processes that are killed.
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { setUpRedis, startRedis } from "../../scripts/setup/redis.mjs";

export * from "../../dist/bullmq.js";
export * from "../../dist/index.js";

/** Starts a Redis. */
export const startServer = async () => startRedis(await setUpRedis());

/** Returns a client that waits for a Redis that restarts. */
export function connect(url) {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on("error", () => {});
  return redis;
}

/** Returns a client whose calls can be counted. */
export function counted(redis) {
  const calls = [];
  const { eval: evaluate } = redis;
  redis.eval = (...args) => {
    calls.push(args);
    return evaluate.apply(redis, args);
  };
  return calls;
}

/** Returns a queue of its own, with what its owners need. `close` ends all that was opened. */
export function openQueue(url, name = `q-${randomUUID().slice(0, 8)}`) {
  const closing = [];
  // BullMQ leaves connections open that it was given.
  const connection = () => {
    const own = connect(url);
    closing.unshift(() => own.disconnect());
    return own;
  };
  const opened = (/** @type {any} */ one) => {
    one.on("error", () => {});
    closing.unshift(() => one.close());
    return one;
  };
  const redis = connection();
  const queue = opened(new Queue(name, { connection: redis }));
  const events = opened(new QueueEvents(name, { connection: connection() }));
  return {
    name,
    redis,
    queue,
    events,
    /** Starts a worker in this process. Its stalled jobs are found soon. */
    work(process, options = {}) {
      closing.unshift(() => process.close?.());
      return opened(
        new Worker(name, process, {
          connection: connection(),
          lockDuration: 1_000,
          stalledInterval: 300,
          drainDelay: 1,
          runRetryDelay: 100,
          ...options,
        }),
      );
    },
    /** Closes the youngest first: workers, events, queue, connection. */
    async close() {
      for (const end of closing.splice(0)) await end();
    },
  };
}

/** Starts a process of processes.mjs, which ends with this one. `told(name)` resolves to what it tells. */
export function startProcess(role, ...args) {
  const child = fork(fileURLToPath(new URL("processes.mjs", import.meta.url)), [role, ...args.map(String)], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  const heard = [];
  child.on("message", (message) => heard.push(message));
  const exited = once(child, "exit");
  const told = async (name) => {
    for (;;) {
      const found = heard.find((message) => message.name === name);
      if (found) return found;
      const [first] = await Promise.race([once(child, "message"), exited.then(() => [undefined])]);
      if (first === undefined) throw new Error(`the ${role} ended before it told of "${name}"`);
    }
  };
  return {
    told,
    heard,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Waits until a condition holds. Gives up after so long that it never will. */
export async function until(isTrue) {
  const end = Date.now() + 120_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`it never came true: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Returns a promise and how to settle it. */
export function deferred() {
  /** @type {any} */
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}
