// When and from where the engine is loaded: `loading.cjs <import|require> <what is to be shown> [argument]`.

const { readFileSync, statSync } = require("node:fs");
const { Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");

const [way, what, argument] = isMainThread ? process.argv.slice(2) : workerData;
const load = async () => (way === "import" ? import("sluicegate") : require("sluicegate"));
const { size } = statSync(require.resolve("sluicegate/sluicegate.wasm"));

/** Node runs wasm of its own, for fetch and for finding exports. */
const isOurs = {
  compiled: ([bytes]) => bytes.byteLength === size,
  instantiated: ([, imports = {}]) => Object.keys(imports).some((name) => name.includes("sluicegate")),
};

/** Counts how often the engine was compiled and instantiated since this was called. */
function watch() {
  const counts = { compiled: 0, instantiated: 0 };
  const wrap = (owner, name, field) => {
    const original = owner[name];
    if (!original) return;
    const count = (args) => isOurs[field](args) && counts[field]++;
    owner[name] = new Proxy(original, {
      apply: (target, self, args) => (count(args), Reflect.apply(target, self, args)),
      construct: (target, args, type) => (count(args), Reflect.construct(target, args, type)),
    });
  };
  for (const name of ["instantiate", "instantiateStreaming", "Instance"]) wrap(WebAssembly, name, "instantiated");
  for (const name of ["compile", "compileStreaming", "Module"]) wrap(WebAssembly, name, "compiled");
  return counts;
}

const twice = (sluicegate) => sluicegate.processWithConcurrency([1, 2], 2, async (n) => n * 2);
const shapeOf = async (promise) =>
  promise.then(
    (value) => ({ value }),
    ({ message, cause }) => ({ message, cause: cause?.name }),
  );

const shows = {
  /** What importing does, what two first calls at once do, and what later calls do. */
  async lazily() {
    const globals = Object.getOwnPropertyNames(globalThis);
    const counts = watch();
    const sluicegate = await load();
    const { ContinuationError, HttpError, RetryError, HOST_CONNECTIONS } = sluicegate;
    const errors = [
      new HttpError("", 404, undefined, new Headers()),
      new RetryError([new Error()]),
      new ContinuationError("", {}),
    ];
    const imported = { ...counts };
    const first = await Promise.all([twice(sluicegate), sluicegate.retry(() => 1)]);
    const called = { ...counts };
    await sluicegate.init();
    await twice(sluicegate);
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !globals.includes(name));
    return {
      errors: errors.map(({ name }) => name),
      connections: HOST_CONNECTIONS,
      imported,
      first,
      called,
      later: { ...counts },
      added,
    };
  },

  /** As in test environments that bring up their globals late. */
  async withoutGlobals() {
    const names = [
      "TextDecoder",
      "TextEncoder",
      "AbortController",
      "AbortSignal",
      "Headers",
      "Response",
      "fetch",
      "WebAssembly",
      "MessageChannel",
      "crypto",
      "performance",
    ];
    /** @type {[string, any][]} */
    const kept = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
    for (const name of names) delete globalThis[name];
    const missing = names.filter((name) => name in globalThis);
    const sluicegate = await load();
    for (const [name, descriptor] of kept) Object.defineProperty(globalThis, name, descriptor);
    return { missing, first: await twice(sluicegate) };
  },

  /** As under `node --jitless`, or in a page without WebAssembly. */
  async withoutWasm() {
    let unhandled = 0;
    process.on("unhandledRejection", () => unhandled++);
    Reflect.deleteProperty(globalThis, "WebAssembly");
    const sluicegate = await load();
    const { message: rejected } = await twice(sluicegate).catch((error) => error);
    let thrown;
    try {
      sluicegate.startRun([1], () => 1, { concurrency: 1 });
    } catch (error) {
      thrown = error.message;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { rejected, thrown, unhandled };
  },

  async badThenGood() {
    const sluicegate = await load();
    const bad = [
      await shapeOf(sluicegate.init({ wasm: new Uint8Array([0, 1, 2, 3]) })),
      await shapeOf(sluicegate.init({ wasm: otherProgram })),
      await shapeOf(sluicegate.init({ wasm: `${argument}/missing.wasm` })),
    ];
    return { bad, good: await twice(sluicegate) };
  },

  /** Every source in a thread of its own, because an engine is loaded but once in each. */
  async sources() {
    const found = {};
    for (const source of Object.keys(sources)) {
      const worker = new Worker(__filename, { workerData: [way, "source", { source, url: argument }] });
      found[source] = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    }
    return found;
  },

  async source() {
    const bytes = readFileSync(require.resolve("sluicegate/sluicegate.wasm"));
    const wasm = await sources[argument.source](bytes, argument.url);
    const counts = watch();
    const sluicegate = await load();
    await sluicegate.init({ wasm });
    const { instantiated } = counts;
    return { instantiated, results: await twice(sluicegate), afterwards: counts.instantiated };
  },
};

/** Valid, and imports a function that is not to be had. */
const otherProgram = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0]);

const wasmType = { headers: { "content-type": "application/wasm" } };
const sources = {
  module: (bytes) => WebAssembly.compile(bytes),
  bytes: (bytes) => bytes,
  arrayBuffer: (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  response: (bytes) => new Response(bytes, wasmType),
  promiseOfResponse: (_, url) => ({ then: (...args) => fetch(`${url}/sluicegate.wasm`).then(...args) }),
  string: (_, url) => `${url}/sluicegate.wasm`,
  url: (_, url) => new URL(`${url}/sluicegate.wasm`),
};

shows[what]().then((shown) => (isMainThread ? console.log(JSON.stringify(shown)) : parentPort?.postMessage(shown)));
