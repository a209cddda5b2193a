// What the tests of runs on a server share: processes over one store, calls settled by hand, and clients.

import { test as nodeTest } from "node:test";
import { startRun } from "../../dist/index.js";
import { createJournal } from "../../dist/journal.js";
import { attachRun, startRemote } from "../../dist/remote.js";
import { memoryStore, serveRuns } from "../../dist/server.js";

/** A test that ends. What waits for a run that never finishes is a failure. */
export const test = (name, body) => nodeTest(name, { timeout: 180_000 }, body);

export const ORIGIN = "http://runs.test";
export const BASE = `${ORIGIN}/api/runs`;

/** Waits until a condition holds. One that never does is a failure, and not a test that does not end. */
export async function until(isTrue) {
  const end = performance.now() + 120_000;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`never: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export const turn = () => new Promise((resolve) => setTimeout(resolve));

/** The user that a request names, as a session would. */
export const authorize = (request) => request.headers.get("x-user");

/** What all processes share: a store, and the entries of journals. */
export function newWorld() {
  const entries = new Map();
  /** Runs whose former owners may store nothing any more: the highest token, by run. */
  const tokens = new Map();
  const journals = ({ id, token }) => {
    const kept = entries.get(id) ?? new Map();
    entries.set(id, kept);
    tokens.set(id, Math.max(token, tokens.get(id) ?? 0));
    const isNewest = () => tokens.get(id) === token;
    return createJournal({
      load: async () => [...kept.values()].map((entry) => structuredClone(entry)),
      append: async (entry) => {
        if (isNewest()) kept.set(JSON.stringify([entry.key, entry.step]), structuredClone(entry));
      },
      clear: async () => void entries.delete(id),
    });
  };
  return { store: memoryStore(), journals, entries };
}

/** Calls that are settled by hand, in all processes together. */
export function newCalls() {
  const calls = [];
  const task = (item, index, { idempotencyKey, signal }) => {
    const call = { item, index, idempotencyKey, signal };
    call.promise = new Promise((resolve, reject) => Object.assign(call, { resolve, reject }));
    calls.push(call);
    return call.promise;
  };
  /** Waits for the n-th call, from 0. */
  const at = async (n) => {
    await until(() => calls.length > n);
    return calls[n];
  };
  return { calls, task, at };
}

/** A kind whose input is a list of scenes. */
export const storyboard =
  (task, options = {}) =>
  (scenes, { journal, signal }) =>
    startRun(scenes, task, { concurrency: 2, key: ({ id }) => id, journal, signal, ...options });

export const scenes = (count) => Array.from({ length: count }, (_, index) => ({ id: `scene-${index}` }));

/** Starts a process. It is closed after the test. */
export function newProcess(t, world, kinds, options = {}) {
  const errors = [];
  const handler = serveRuns({
    ...{ kinds, authorize, store: world.store, journals: world.journals },
    ...{ interval: 5, grace: 0, onError: (error) => errors.push(error) },
    ...options,
  });
  t.after(() => handler.close());
  const fetch = (url, init) => handler(new Request(url, init));
  return { handler, fetch, errors };
}

/** A client of a process, as the page of a user. */
export function newClient(t, process, user = "ada", options = {}) {
  const own = { fetch: process.fetch, headers: { "x-user": user }, ...options };
  const closing = (run) => {
    t.after(() => run.close());
    return run;
  };
  return {
    start: (kind, input, more = {}) => closing(startRemote(BASE, kind, input, { ...own, ...more })),
    attach: (url, more = {}) => closing(attachRun(url, { ...own, ...more })),
    /** A plain request. */
    async ask(path, { method = "GET", body, headers = {} } = /** @type {any} */ ({})) {
      const init = {
        method,
        headers: { "x-user": user, ...(body !== undefined && { "content-type": "application/json" }), ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      };
      const response = await process.fetch(path.startsWith("http") ? path : `${BASE}${path}`, init);
      const text = await response.text();
      return { status: response.status, body: text && JSON.parse(text), headers: response.headers };
    },
  };
}

export const statuses = (run) => run.snapshot.items.map(({ status }) => status);
