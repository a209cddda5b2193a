import { setMaxListeners } from "node:events";
import { Credits } from "@sluicegate/fault-server/credits";
import { Faults } from "@sluicegate/fault-server/faults";
import { Gate } from "@sluicegate/fault-server/gate";
import { Holds } from "@sluicegate/fault-server/holds";
import { createApp, HttpError, serverOf } from "@sluicegate/fault-server/http";
import { Lab } from "@sluicegate/fault-server/lab";
import { onThisMachine } from "@sluicegate/fault-server/listening";
import { PaidWork } from "@sluicegate/fault-server/paid";
import { PaidEndpoint } from "@sluicegate/fault-server/paid-endpoint";
import { Stats } from "@sluicegate/fault-server/stats";
import { Bulk } from "@sluicegate/mock-models/backends/bulk";
import { Classroom } from "@sluicegate/mock-models/backends/classroom";
import { Script } from "@sluicegate/mock-models/backends/script";
import { Storyboard } from "@sluicegate/mock-models/backends/storyboard";
import { UPLOADS, Videos } from "@sluicegate/mock-models/backends/videos";
import { Speech } from "@sluicegate/mock-models/sound/speech";
import { createProxy } from "./proxy.mjs";
import { addDocs, addFiles } from "./static-files.mjs";

/**
 * @typedef {object} GenerationServerOptions
 * @property {string} [staticDir] the built app
 * @property {string} [docsDir]   the built documentation, which is served under /docs
 * @property {number} [pace]      multiplies every duration; 1 is realistic
 * @property {string | number} [seed]
 * @property {string} [backend]   the https origin of a real backend to use instead of this one
 * @property {number} [credits]   the balance at the start
 * @property {() => string | undefined} [runs] the origin at which runs are served that belong to the server
 */

const KEEP_ALIVE = 65_000;

/**
 * The generation backend of the storyboard, on this machine only: slow, charging, failing on demand, and counting.
 * @param {GenerationServerOptions} [options]
 */
export function createGenerationServer({
  staticDir,
  docsDir,
  pace = 1,
  seed = 1,
  backend,
  credits: balance = 1000,
  runs = () => undefined,
} = {}) {
  if (!(Number.isFinite(pace) && pace >= 0)) throw new TypeError("pace must be a number of at least 0");
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);

  const credits = new Credits(balance);
  const stats = new Stats(credits);
  const faults = new Faults(seed);
  const holds = new Holds(closing.signal);
  const lab = new Lab(faults, stats, credits, holds);
  const gate = new Gate();
  const paid = new PaidWork(closing.signal);
  /** @type {import('@sluicegate/mock-models/backends/work').Sell} */
  const sell = (orders) => new PaidEndpoint({ orders, credits, faults, stats });
  /** @type {import('@sluicegate/mock-models/backends/work').Tools} */
  const tools = { credits, stats, faults, pace, seed, holds };

  const app = createApp({ cutsSockets: (path) => faults.cutsSockets || paid.cutsSockets(path), uploads: [UPLOADS] });
  const videos = new Videos(tools);
  if (backend === undefined) {
    const speech = new Speech();
    new Storyboard({ ...tools, speech }).addTo(app, sell);
    new Script(tools).addTo(app, sell);
    new Bulk(tools).addTo(app, sell);
    new Classroom({ ...tools, speech, parallel: process.env.PARALLEL_SCENE_CONCURRENCY }).addTo(app, sell);
    lab.addTo(app);
  } else {
    const proxy = createProxy(backend);
    app.all("/api/generate", proxy);
    app.all("/api/projects/*", proxy);
  }
  // The page asks whether runs belong to the server.
  app.get("/api/config", (c) => c.json({ ownsRuns: runs() !== undefined }));
  app.on(["GET", "POST"], ["/api/runs", "/api/runs/*"], async (c) => {
    const origin = runs();
    if (origin !== undefined) return createProxy(origin)(c);
    return c.json({ error: "There are no runs on this server", code: "NOT_FOUND" }, 404);
  });
  videos.addTo(app, sell);
  gate.addTo(app);
  paid.addTo(app);
  if (docsDir !== undefined) addDocs(app, docsDir);
  if (staticDir !== undefined) addFiles(app, staticDir);

  const server = serverOf(app);
  server.keepAliveTimeout = KEEP_ALIVE;
  server.headersTimeout = KEEP_ALIVE + 5_000;

  const end = () => {
    closing.abort(new HttpError(503, "The server has closed"));
    gate.close();
  };
  return { lab, paid, ...onThisMachine(server, end) };
}
