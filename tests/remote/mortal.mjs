// Processes that crash when they are told to.
import { newCalls, newProcess, newWorld, storyboard } from "./lab.mjs";

/** A lease that lasts longer than any test: a busy machine loses none. */
const LONG = 60_000;
/** The lease of a process that looks often for runs without an owner: every third of it. */
export const SHORT = 150;

/**
 * Starts a process that crashes when it is told to: it reaches the store no more, nobody reaches it, and its claims
 * have expired. Its calls under way go on, as those of a process that is only cut off do.
 */
export function newMortal(t, world, kinds, options = {}) {
  let isDead = false;
  const claims = [];
  const reached = {
    claim: async (...args) => {
      const claim = await world.store.claim(...args);
      if (claim) claims.push(claim);
      return claim;
    },
    watch: (id, listener) => world.store.watch(id, (event) => isDead || listener(event)),
    receive: (claim, listener) => world.store.receive(claim, (command) => isDead || listener(command)),
  };
  const store = new Proxy(world.store, {
    get: (target, name) => (isDead ? () => new Promise(() => {}) : (reached[name] ?? target[name])),
  });
  const own = newProcess(t, { ...world, store }, kinds, { lease: LONG, ...options });
  t.mock.method(own.handler, "close", async () => {});
  const fetch = (...args) =>
    isDead ? Promise.reject(new TypeError("fetch failed: connection refused")) : own.fetch(...args);
  const crash = async () => {
    isDead = true;
    for (const claim of claims) await world.store.release(claim);
  };
  return { ...own, fetch, crash };
}

/** A world, the calls of all of its processes, and a function that starts one of them. */
export function newSystem(t, options = {}) {
  const world = newWorld();
  const calls = newCalls();
  const kinds = { storyboard: storyboard(calls.task, options) };
  return { world, ...calls, start: (more = {}) => newMortal(t, world, kinds, more) };
}
