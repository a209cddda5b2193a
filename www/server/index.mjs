import { setMaxListeners } from "node:events";
import { createServer } from "node:http";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { allowEveryOrigin, createRouter, sendError, sendJson } from "../../tests/faults/http.mjs";
import { HOST, onThisMachine } from "../../tests/faults/listening.mjs";
import { PaidWork } from "../../tests/faults/paid.mjs";
import { Bulk } from "./bulk.mjs";
import { Classroom } from "./classroom.mjs";
import { Credits } from "./credits.mjs";
import { Docs } from "./docs.mjs";
import { Faults } from "./faults.mjs";
import { Gate } from "./gate.mjs";
import { Generation } from "./generation.mjs";
import { Holds } from "./holds.mjs";
import { sendImmutable } from "./immutable.mjs";
import { Lab } from "./lab.mjs";
import { PaidEndpoint } from "./paid-endpoint.mjs";
import { renderPicture } from "./picture/picture.mjs";
import { Projects, publicProject } from "./projects.mjs";
import { createProxy } from "./proxy.mjs";
import { runRoutes } from "./queue/routes.mjs";
import { RenderCache } from "./render-cache.mjs";
import { Script } from "./script.mjs";
import { renderSound } from "./sound/sound.mjs";
import { staticFiles } from "./static-files.mjs";
import { Stats } from "./stats.mjs";
import { Videos } from "./videos.mjs";

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
  const projects = new Projects();
  const generation = new Generation({ projects, credits, stats, pace, seed, holds });
  const sells = (orders) => new PaidEndpoint({ orders, credits, faults, stats });
  const generate = sells(generation);
  const script = new Script({ credits, stats, pace, seed, holds });
  const write = sells(script);
  const videos = new Videos({ credits, stats, pace, seed, holds });
  const film = sells(videos);
  const bulk = new Bulk({ credits, stats, faults, sells, pace, seed, holds });
  const classroom = new Classroom({
    credits,
    stats,
    faults,
    pace,
    seed,
    holds,
    parallel: process.env.PARALLEL_SCENE_CONCURRENCY,
  });
  const gate = new Gate();
  const paid = new PaidWork(closing.signal);
  const files = staticDir === undefined ? undefined : staticFiles(staticDir);
  const docs = docsDir === undefined ? undefined : new Docs(docsDir);
  const proxy = backend === undefined ? undefined : createProxy(backend);
  /** @type {RenderCache<import('./projects.mjs').Piece>} */
  const pictures = new RenderCache((piece) => Buffer.from(renderPicture(piece.text, piece.variation)));
  /** @type {RenderCache<import('./projects.mjs').Piece>} */
  const sounds = new RenderCache((piece) => renderSound(piece.text, piece.variation));

  /** @type {import('../../tests/faults/http.mjs').Route[]} */
  const generationRoutes = proxy
    ? ["POST", "GET", "PUT", "PATCH", "DELETE"].map((method) => [method, /^\/api\/(?:generate|projects\/.+)$/, proxy])
    : [
        ["POST", /^\/api\/generate$/, (visit) => generate.handle(visit)],
        [
          "GET",
          /^\/api\/projects\/([\w-]+)$/,
          ({ res, params }) => sendJson(res, 200, publicProject(projects.find(params[0]))),
        ],
        [
          "GET",
          /^\/api\/pictures\/([\w-]+)\.svg$/,
          ({ req, res, params }) =>
            sendImmutable(req, res, pictures.get(projects.findPiece(params[0], "image")), "image/svg+xml"),
        ],
        [
          "GET",
          /^\/api\/sounds\/([\w-]+)\.wav$/,
          ({ req, res, params }) =>
            sendImmutable(req, res, sounds.get(projects.findPiece(params[0], "audio")), "audio/wav"),
        ],
        ["POST", /^\/api\/script$/, (visit) => write.handle(visit)],
        ...script.routes,
        ...bulk.routes,
        ...classroom.routes(sells),
        ...lab.routes,
      ];
  const route = createRouter([
    ...generationRoutes,
    ...runRoutes(runs),
    ["POST", /^\/api\/videos$/, (visit) => film.handle(visit)],
    ...videos.routes,
    ...gate.routes,
    ...paid.routes,
  ]);

  const server = createServer(async (req, res) => {
    try {
      const url = new URL(req.url ?? "/", `http://${HOST}`);
      // A browser re-sends by itself what was cut on a connection it has used before, and the page never learns of it.
      // So while sockets are cut, none is offered for use again.
      res.shouldKeepAlive &&= !(faults.cutsSockets || paid.cutsSockets(url.pathname));
      if (!url.pathname.startsWith("/api/")) {
        if (docs?.has(url.pathname)) docs.serve(req, res, url);
        else if (files) files(req, res);
        else sendJson(res, 404, { error: "There is nothing here", code: "NOT_FOUND" });
        return;
      }
      allowEveryOrigin(res);
      if (req.method === "OPTIONS") {
        res.writeHead(204).end();
        return;
      }
      if (!(await route(req, res, url))) {
        req.resume();
        sendJson(res, 404, { error: "There is no such address", code: "NOT_FOUND" });
      }
    } catch (error) {
      sendError(res, error);
    }
  });
  server.keepAliveTimeout = KEEP_ALIVE;
  server.headersTimeout = KEEP_ALIVE + 5_000;

  const end = () => {
    closing.abort(new Error("The server has closed"));
    gate.close();
  };
  return { lab, paid, ...onThisMachine(server, end) };
}

async function runFromCommandLine() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      static: { type: "string" },
      pace: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
      backend: { type: "string" },
    },
  });
  const server = createGenerationServer({
    staticDir: values.static,
    pace: Number(values.pace),
    seed: values.seed,
    backend: values.backend,
  });
  const { url } = await server.listen(Number(values.port));
  console.log(url);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      server.close().then(() => process.exit(0));
    });
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  runFromCommandLine().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
