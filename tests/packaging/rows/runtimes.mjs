// Runtimes of servers: Node, Bun, Deno and workerd, without a bundler where they need none.

/** @typedef {import('../run-row.mjs').Row} Row */

const FILES = {
  "package.json": "node/package.json",
  "main.mjs": "node/main.mjs",
  "main.cjs": "node/main.cjs",
  "main.ts": "node/main.ts",
  "deno.ts": "node/deno.ts",
};

/** @returns {Row} */
const runtime = (name, prints, more = {}) => ({ name, family: "runtimes", files: FILES, prints, ...more });

/** @returns {Row} */
const served = (name, prints, more = {}) => ({
  ...{ name, family: "runtimes", prints },
  files: {
    "package.json": "node/package.json",
    "server.mjs": "node/server.mjs",
    "server.cjs": "node/server.cjs",
  },
  expects: { status: "partial", values: [1, 4], isRangeError: true, again: 1 },
  ...more,
});

/** Node 22 and 24 are packages of their own, for Linux. The version at hand is tested with each of them. */
const nodes = { 22: "{home}/node_modules/node-22/bin/node", 24: "{home}/node_modules/node-24/bin/node" };
const own = Number(process.versions.node.split(".")[0]);

/** @type {Row[]} */
export const runtimeRows = [
  ...[[own, process.execPath], ...Object.entries(nodes).filter(([version]) => Number(version) !== own)].flatMap(
    ([version, node]) => [
      runtime(`Node ${version}, ES module`, [String(node), "main.mjs"]),
      runtime(`Node ${version}, CommonJS`, [String(node), "main.cjs"], { isQuick: version === own }),
    ],
  ),
  runtime("Node, --jitless", ["node", "--jitless", "jitless.mjs"], {
    files: { ...FILES, "jitless.mjs": "node/jitless.mjs" },
    allows: /disabling flag --expose_wasm/,
    expects: { says: [true, true], unhandled: [] },
  }),
  runtime("tsx", ["tsx", "main.ts"]),
  runtime("Bun", ["bun", "main.ts"]),
  runtime("Bun, CommonJS", ["bun", "main.cjs"]),
  runtime("Bun, bundled", ["node", "out/main.js"], {
    commands: [["bun", "build", "main.ts", "--target=node", "--outdir=out"]],
  }),
  runtime("Deno", ["deno", "run", "--allow-all", "--node-modules-dir=manual", "deno.ts"]),
  served("Node, runs on a server", ["node", "server.mjs"], { isQuick: true }),
  served("Node, runs on a server, CommonJS", ["node", "server.cjs"], { expects: [2] }),
  served("Bun, runs on a server", ["bun", "server.mjs"]),
  served("Deno, runs on a server", ["deno", "run", "--allow-all", "--node-modules-dir=manual", "server.mjs"]),
  {
    name: "workerd (Miniflare)",
    family: "runtimes",
    files: {
      "worker.js": "workerd/worker.js",
      "build.mjs": "workerd/build.mjs",
      "serve.mjs": "workerd/serve.mjs",
    },
    commands: [["node", "build.mjs"]],
    server: ["node", "serve.mjs", "{port}"],
    replies: ["/"],
    isQuick: true,
  },
];
