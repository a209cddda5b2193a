// A process of `npm start -- --queue`: `process.mjs worker|owner`, with the settings as JSON.
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HOST } from "@sluicegate/fault-server/listening";
import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { queueProcessor, queueTask, redisJournal, redisStore } from "../../../dist/bullmq.js";
import { callPhase } from "../../../dist/index.js";
import { serveRuns } from "../../../dist/server.js";
import { storyOf } from "./story.mjs";

const NAME = "storyboard";
/** A process that is killed leaves its jobs and its runs to others after this time, in milliseconds. */
const LEASE = 5_000;
const MINUTE = 60_000;

const [role, text] = process.argv.slice(2);
const { redis: url, backend, port } = JSON.parse(text);
process.on("disconnect", () => process.exit());

function connect() {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  // It connects again by itself.
  redis.on("error", () => {});
  return redis;
}
const redis = connect();
const queue = quiet(new Queue(NAME, { connection: redis }));

/**
 * Lets a lost connection be nobody's error: it comes back.
 * @template {import('node:events').EventEmitter} E
 * @param {E} emitter
 */
function quiet(emitter) {
  emitter.on("error", () => {});
  return emitter;
}

/** Makes the calls to the generation server. */
async function beWorker() {
  const processor = queueProcessor(
    queue,
    (/** @type {any} */ body, { signal, idempotencyKey }) =>
      callPhase(`${backend}/api/generate`, body, {
        ...{ signal, idempotencyKey, timeout: 8 * MINUTE },
        // The owner of the run repeats, if anybody does.
        retry: { attempts: 1 },
      }),
    { redis },
  );
  const options = { concurrency: 4, lockDuration: LEASE, stalledInterval: LEASE / 2 };
  await quiet(new Worker(NAME, processor, { connection: connect(), ...options })).waitUntilReady();
  process.send?.("ready");
}

/** Owns the runs, and serves them. */
async function beOwner() {
  const events = quiet(new QueueEvents(NAME, { connection: connect() }));
  const runs = serveRuns({
    kinds: { story: storyOf(queueTask(queue, { events, redis })) },
    journals: ({ id, token }) => redisJournal(redis, `run:${id}`, { token }),
    store: redisStore(redis),
    // Who opens the page is its user. A real server asks the session.
    authorize: (request) => request.headers.get("x-user") ?? "you",
    lease: LEASE,
  });
  const server = createServer((req, res) => void answer(runs, req, res).catch(() => res.destroy()));
  server.listen(port, HOST, () => process.send?.(server.address()));
}

/**
 * Answers a request of Node.js by a handler of Requests.
 * @param {(request: Request) => Promise<Response>} handler
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 */
async function answer(handler, req, res) {
  const gone = new AbortController();
  res.on("close", () => gone.abort());
  const hasBody = req.method !== "GET" && req.method !== "HEAD";
  const init = {
    method: req.method,
    headers: /** @type {Record<string, string>} */ (req.headers),
    signal: gone.signal,
    ...(hasBody && { body: Readable.toWeb(req), duplex: "half" }),
  };
  const response = await handler(new Request(`http://${HOST}${req.url}`, /** @type {RequestInit} */ (init)));
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.fromWeb(/** @type {any} */ (response.body)), res);
  else res.end();
}

await (role === "worker" ? beWorker() : beOwner());
