// The hooks and the core in one CommonJS process. The files that each has loaded, and how many engines there are.
const { basename } = require("node:path");

let engines = 0;
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    // Node has wasm of its own, for fetch; what decodes ours imports nothing.
    if (args[1] && /[\\/]sluicegate[\\/]/.test(String(new Error().stack))) engines++;
    return Reflect.construct(target, args);
  },
});

const loaded = () =>
  Object.keys(require.cache)
    .filter((name) => /[\\/]sluicegate[\\/]/.test(name))
    .map((name) => basename(name))
    .sort();

const hooks = require("sluicegate/react");
const ofHooks = loaded();
const sluicegate = require("sluicegate");
const { createElement } = require("react");
const { renderToString } = require("react-dom/server");

async function main() {
  let run;
  const Page = () => {
    hooks.useRunState(run);
    return createElement("p", null, hooks.useRun(() => run).state);
  };
  run = sluicegate.startRun([1, 2], async (item) => item * 2, { concurrency: 1 });
  const html = renderToString(createElement(Page));
  const { values } = await run.finished;
  require("sluicegate/react");
  await require("sluicegate").startRun([1], () => 1, { concurrency: 1 }).finished;
  return {
    hooks: Object.keys(hooks).sort(),
    ofHooks,
    engines,
    html,
    values,
    twice: loaded().filter((name, at, all) => all.indexOf(name) !== at),
  };
}

main().then((result) => console.log(JSON.stringify(result)));
