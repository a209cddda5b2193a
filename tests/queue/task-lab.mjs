// A Redis with queues, for the tests of tasks and workers in one process.
import { after, afterEach, before } from "node:test";
import { openQueue, queueProcessor, queueTask, startRun, startServer } from "./lab.mjs";

let server;
const opened = [];
before(async () => {
  server = await startServer();
});
after(() => server?.stop());
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** Returns a queue, and how to start runs and workers on it. */
export function lab(name) {
  const own = openQueue(server.url, name);
  opened.push(own);
  const { queue, events, redis } = own;
  return {
    ...own,
    /** Starts a worker that does `work`. */
    serve: (work, { worker = {}, ...options } = /** @type {any} */ ({})) =>
      own.work(queueProcessor(queue, work, { redis, ...options }), worker),
    task: (options = {}) => queueTask(queue, { events, redis, ...options }),
    /** Starts a run whose items keep their keys in all processes. */
    start: (items, { task = {}, ...options } = /** @type {any} */ ({})) =>
      startRun(items, queueTask(queue, { events, redis, ...task }), {
        concurrency: 10,
        idempotencyKey: (item) => `job ${item}`,
        ...options,
      }),
  };
}
