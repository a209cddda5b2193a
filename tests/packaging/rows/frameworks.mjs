// Frameworks: Next.js with the app router, and React Router in framework mode. Each row has server pages, client pages
// and routes; those of Next also have actions, the edge and the proxy.
import { deepStrictEqual } from "node:assert/strict";

/** @typedef {import('../run-row.mjs').Row} Row */

const TOKENS = ["Bearer one", "Bearer two"];

/** Two requests at once share a limiter, and the backend refuses a call of each. */
async function tokensStayApart({ url, backend }) {
  const ids = TOKENS.map((token) => `${token.split(" ")[1]}-${Math.random()}`);
  const seen = await Promise.all(
    TOKENS.map(async (authorization, at) => {
      const reply = await fetch(`${url}/api/tokens?id=${ids[at]}`, { headers: { authorization } });
      if (!reply.ok) throw new Error(`/api/tokens replied ${reply.status}: ${await reply.text()}`);
      return reply.json();
    }),
  );
  TOKENS.forEach((token, at) => {
    deepStrictEqual(seen[at], Array(16).fill(token), "a task sees the token of its request, before and after its call");
    deepStrictEqual(backend.tokensOf(ids[at]), Array(5).fill(token), "four calls and one retry, with one token");
  });
}

/** Turbopack is the default of Next 16, and an option of Next 15. */
const flagsOf = (version, bundler) => (bundler === "webpack" ? (version === 16 ? ["--webpack"] : []) : ["--turbopack"]);

/** @returns {Row} */
const next = (version, bundler, mode) => {
  const flags = flagsOf(version, bundler);
  const proxy = version === 16 ? "proxy.js" : "middleware.js";
  return {
    name: `Next ${version}, ${bundler}, ${mode === "dev" ? "dev" : "build and start"}`,
    family: `next-${version}`,
    files: {
      app: "next/app",
      "package.json": "next/package.json",
      [proxy]: `next/${proxy}`,
    },
    commands: mode === "dev" ? [] : [["next", "build", ...flags]],
    server: ["next", mode, ...(mode === "dev" ? flags : []), "-p", "{port}", "-H", "127.0.0.1"],
    replies: ["/api/node", "/api/edge", "/proxied"],
    paths: ["/", "/client", "/action"],
    allows: /Edge Runtime is deprecated|edge runtime on a page|"middleware" file convention/i,
    also: tokensStayApart,
    isQuick: version === 16 && bundler === "Turbopack" && mode === "start",
  };
};

/** A route owns runs. The page follows one by a stream, and steers it. @returns {Row} */
const nextRuns = (version, bundler) => ({
  name: `Next ${version}, ${bundler}, runs on a server`,
  family: `next-${version}`,
  files: {
    app: "next-runs/app",
    "app/layout.jsx": "next/app/layout.jsx",
    "package.json": "next/package.json",
  },
  commands: [["next", "build", ...flagsOf(version, bundler)]],
  server: ["next", "start", "-p", "{port}", "-H", "127.0.0.1"],
  paths: ["/"],
  expects: { status: "partial", values: [1, 4], isRangeError: true, followed: ["text/event-stream"] },
});

/** @type {Row[]} */
export const nextRows = [16, 15].flatMap((version) =>
  ["Turbopack", "webpack"].flatMap((bundler) => [
    ...["start", "dev"].map((mode) => next(version, bundler, mode)),
    nextRuns(version, bundler),
  ]),
);

const ROUTER = {
  family: "react-router",
  isAtHome: true,
  files: {
    app: "react-router/app",
    "vite.config.js": "react-router/vite.config.js",
  },
  replies: ["/api"],
  paths: ["/", "/client"],
};

/** @type {Row[]} */
export const routerRows = [
  {
    name: "React Router, build and start",
    commands: [["react-router", "build"]],
    server: ["react-router-serve", "build/server/index.js"],
    ...ROUTER,
  },
  {
    name: "React Router, dev",
    server: ["react-router", "dev", "--port", "{port}", "--host", "127.0.0.1"],
    ...ROUTER,
  },
];
