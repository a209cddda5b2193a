// What the pages of a soak load, and the server that they pay. The second is the one of the storyboard.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { root } from "../../scripts/paths.mjs";
import { createGenerationServer } from "../../www/server/index.mjs";

const PATHS = {
  "/index.js": join(root, "dist", "index.js"),
  "/journal.js": join(root, "dist", "journal.js"),
  "/tabs.js": join(root, "dist", "tabs.js"),
  "/page.mjs": join(root, "tests", "soak", "page.mjs"),
  "/runs.mjs": join(root, "tests", "soak", "runs.mjs"),
};
const PAGE = '<!doctype html><title>soak</title><script type="module" src="/page.mjs"></script>';

/**
 * Starts both. Pages send there what nobody handled, and the chunks that they have kept.
 * @returns {Promise<{url: string, complaints: string[], begin: (scenario: import('./plan.mjs').Scenario) =>
 * Promise<Books>, close: () => Promise<unknown>}>}
 */
export async function startServers() {
  // A build may replace them meanwhile.
  const files = Object.fromEntries(Object.entries(PATHS).map(([name, path]) => [name, readFileSync(path)]));
  const shop = createGenerationServer();
  const { url: api } = await shop.listen(0);
  /** @type {string[]} */
  const complaints = [];
  /** @type {Map<string, number[]>} */
  const chunks = new Map();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST") {
      const parts = [];
      for await (const part of request) parts.push(part);
      const text = Buffer.concat(parts).toString();
      if (pathname === "/complaints") complaints.push(text);
      else chunks.get(String(searchParams.get("run")))?.push(Number(text));
      return response.writeHead(204).end();
    }
    const file = files[pathname];
    response.writeHead(200, { "content-type": file ? "text/javascript" : "text/html", "cache-control": "no-store" });
    response.end(file ?? PAGE);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    // Another origin than that of the shop, as a backend mostly is.
    url: `http://127.0.0.1:${port}/?api=${encodeURIComponent(api)}`,
    complaints,
    async begin({ id, server: settings }) {
      const reply = await fetch(`${api}/api/paid/${id}`, { method: "POST", body: JSON.stringify(settings) });
      if (!reply.ok) throw new Error(await reply.text());
      const ledger = shop.paid.ledgers.get(id);
      if (!ledger) throw new Error(`the server has no ledger of ${id}`);
      chunks.set(id, []);
      return { ledger, chunks: chunks.get(id) ?? [] };
    },
    close() {
      server.close();
      server.closeAllConnections();
      return shop.close();
    },
  };
}

/**
 * What the server knows of a run.
 * @typedef {object} Books
 * @property {import('@sluicegate/fault-server/ledger').Ledger} ledger
 * @property {number[]} chunks that `onChunk` has kept, in their order
 */
