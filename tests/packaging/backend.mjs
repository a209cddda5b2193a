// The server that consumers call. A path under /refused-once/ replies 429 to its first request; /tokens/… too, and
// records who asked.
import { once } from "node:events";
import { createServer } from "node:http";

const ALLOWED = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*",
  "access-control-expose-headers": "retry-after",
};

/** @returns {Promise<{url: string, tokensOf: (id: string) => string[], close: () => void}>} */
export async function startBackend() {
  const requests = new Map();
  const tokens = new Map();
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const path = request.url ?? "/";
    if (request.method === "OPTIONS") return response.writeHead(204, ALLOWED).end();
    const count = (requests.get(path) ?? 0) + 1;
    requests.set(path, count);
    const [, kind, id] = path.split("/");
    if (kind === "tokens") tokens.set(id, [...(tokens.get(id) ?? []), request.headers.authorization ?? "none"]);
    const isRefused = count === 1 && (kind === "refused-once" || path.endsWith("/refused"));
    const headers = { ...ALLOWED, "content-type": "application/json", "retry-after": "0" };
    response.writeHead(isRefused ? 429 : 200, headers).end(JSON.stringify({ requests: count }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    tokensOf: (id) => tokens.get(id) ?? [],
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
