// Pages of one origin, in Node: each has a copy of the modules, and all share a database and a lock manager.

import "fake-indexeddb/auto";
import { join } from "node:path";
import { IDBFactory } from "fake-indexeddb";
import { rolldown } from "rolldown";
import { root } from "../../scripts/paths.mjs";

const MODULES = ["memory", "indexed-db", "lock", "errors", "contract"];
const ENTRY = "\0journal";
const SOURCE = MODULES.map((name) => `export * from ${JSON.stringify(join(root, `src/journal/${name}.ts`))};`).join(
  "\n",
);

/** Returns the modules of journals as one script. */
export async function bundled() {
  const build = await rolldown({
    input: ENTRY,
    cwd: root,
    platform: "browser",
    logLevel: "warn",
    plugins: [
      {
        name: "journal",
        resolveId: (source) => (source === ENTRY ? ENTRY : undefined),
        load: (id) => (id === ENTRY ? SOURCE : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: "es" });
  await build.close();
  return output[0].code;
}

const code = await bundled();
let pages = 0;

/** Returns the modules as another page has them. */
export const openPage = () => import(`data:text/javascript,${encodeURIComponent(`${code}\n// page ${++pages}`)}`);

/** Gives all pages an empty database, and the lock manager unless told otherwise. */
export function newOrigin({ locks = /** @type {any} */ (new Locks()) } = {}) {
  globalThis.indexedDB = new IDBFactory();
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  return { locks };
}

/** The locks of an origin, as far as journals use them: exclusive ones. */
class Locks {
  /** The requests of each name in their order. The first has the lock. */
  #queues = new Map();

  async request(name, { ifAvailable = false, signal = /** @type {any} */ (undefined) }, callback) {
    if (ifAvailable && signal) throw new DOMException("ifAvailable with a signal", "NotSupportedError");
    signal?.throwIfAborted();
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    if (ifAvailable && queue.length) return callback(null);
    await this.#turn(queue, signal);
    try {
      return await callback({ name, mode: "exclusive" });
    } finally {
      // Browsers tell another process first.
      await new Promise((resolve) => setTimeout(resolve));
      queue.shift();
      queue[0]?.();
    }
  }

  async query() {
    const used = [...this.#queues].filter(([, queue]) => queue.length > 0);
    return { held: used.map(([name]) => ({ name, mode: "exclusive" })) };
  }

  #turn(queue, signal) {
    return new Promise((resolve, reject) => {
      queue.push(resolve);
      if (queue.length === 1) resolve(undefined);
      signal?.addEventListener("abort", () => {
        if (queue.indexOf(resolve) < 1) return;
        queue.splice(queue.indexOf(resolve), 1);
        reject(signal.reason);
      });
    });
  }
}

/** Returns the transactions that pages begin from now on, with their durability and the keys they store. */
export function watchTransactions(t) {
  const begun = [];
  const { transaction } = IDBDatabase.prototype;
  const { put } = IDBObjectStore.prototype;
  IDBDatabase.prototype.transaction = function (/** @type {[any, any, any]} */ ...args) {
    const [, mode, options] = args;
    const seen = { mode, durability: options?.durability, keys: [], transaction: transaction.apply(this, args) };
    if (mode === "readwrite") begun.push(seen);
    return seen.transaction;
  };
  IDBObjectStore.prototype.put = function (...args) {
    const request = put.apply(this, args);
    begun.find((seen) => seen.transaction === this.transaction)?.keys.push(/** @type {any} */ (args[1])[1]);
    return request;
  };
  t.after(() => {
    IDBDatabase.prototype.transaction = transaction;
    IDBObjectStore.prototype.put = put;
  });
  return begun;
}

/** An entry of an item, fulfilled unless told otherwise. */
export const entry = (key, more) => ({
  key,
  idempotencyKey: `${key}-1`,
  repeatable: false,
  status: "fulfilled",
  attempts: 1,
  at: 1000,
  ...more,
});

/** The entry of a run. */
export const runEntry = (status, at) => entry("", { idempotencyKey: "", repeatable: true, status, attempts: 0, at });

/** Lets everything happen that needs no time. */
export const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Returns how a promise stands after a turn. */
export async function stateOf(promise) {
  let state = "pending";
  promise.then(
    () => (state = "fulfilled"),
    () => (state = "rejected"),
  );
  await turn();
  return state;
}

export const keysOf = async (store) => (await store.load()).map(({ key }) => key).sort();
