// Renders on a server. With "trap", whatever only a browser has throws when it is looked at; without, it is not there.
import { createRequire } from "node:module";

const asked = [];
const said = [];
for (const method of ["error", "warn", "log", "info", "debug"])
  console[method] = (...words) => said.push(words.join(" "));

// The engine would have to go through one of these.
for (const name of ["instantiate", "instantiateStreaming", "compile", "Module", "Instance"]) {
  const original = WebAssembly[name];
  WebAssembly[name] = new Proxy(original, {
    apply: (target, that, args) => (asked.push(`WebAssembly.${name}`), Reflect.apply(target, that, args)),
    construct: (target, args) => (asked.push(`WebAssembly.${name}`), Reflect.construct(target, args)),
  });
}

const [mode, system] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const load = (name) => (system === "commonjs" ? require(name) : import(name));
const { createElement } = await load("react");
const { renderToString } = await load("react-dom/server");

const BROWSER = [
  "window",
  "document",
  "self",
  "navigator",
  "location",
  "history",
  "screen",
  "localStorage",
  "sessionStorage",
  "indexedDB",
  "requestAnimationFrame",
  "matchMedia",
  "HTMLElement",
  "Element",
  "Node",
  "MutationObserver",
  "customElements",
];
for (const name of BROWSER) {
  delete globalThis[name];
  if (mode !== "trap") continue;
  Object.defineProperty(globalThis, name, {
    get() {
      asked.push(name);
      throw new ReferenceError(`${name} is not defined`);
    },
  });
}

const { startRun } = await load("sluicegate");
const { useRun, useRunState } = await load("sluicegate/react");

const seen = [];
let begun = 0;
const see = ({ state, progress, items, report, run }) =>
  seen.push([state, progress === undefined, items, report === undefined, run === undefined]);

function Starts() {
  const shots = useRun((scenes) => (begun++, startRun(scenes, () => 1, { concurrency: 2 })), { onUnmount: "keep" });
  see(shots);
  return createElement("button", { onClick: () => shots.start([1]) }, shots.state, shots.progress?.completed ?? 0);
}

function Looks({ run }) {
  const shots = useRunState(run);
  see(shots);
  return createElement("p", null, shots.state, createElement("button", { onClick: shots.cancel }));
}

const html = renderToString(createElement("main", null, createElement(Starts), createElement(Looks)));
// An engine would be loaded behind their backs.
await new Promise((resolve) => setTimeout(resolve, 50));
const { length } = asked;
const before = { asked: asked.slice(), begun };

// A run that the server itself has begun does not concern the page, even while it is under way.
const run = startRun([1], () => new Promise((resolve) => setTimeout(resolve, 20)), { concurrency: 1 });
await new Promise((resolve) => setTimeout(resolve, 5));
const withRun = renderToString(createElement(Looks, { run }));
await run.finished;

process.stdout.write(
  JSON.stringify({
    html,
    withRun,
    seen,
    said,
    ...before,
    wasm: asked.slice(length).some((name) => name.startsWith("WebAssembly.")),
  }),
);
