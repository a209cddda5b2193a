import { Miniflare } from "miniflare";

const [port] = process.argv.slice(2);
const miniflare = new Miniflare({
  port: Number(port),
  rootPath: "out",
  modules: true,
  modulesRules: [
    { type: "ESModule", include: ["**/*.mjs"] },
    { type: "CompiledWasm", include: ["**/*.wasm"] },
  ],
  scriptPath: "worker.mjs",
  compatibilityDate: "2026-01-01",
  bindings: { BACKEND: process.env.BACKEND ?? "" },
});
await miniflare.ready;
