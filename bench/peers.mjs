// The libraries that are compared. Each has a module in peers/, which calls it as its documentation does.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../scripts/paths.mjs";

/**
 * @typedef {object} Library
 * @property {string} id        of its module in peers/
 * @property {string} name      in tables
 * @property {string} [package] on npm
 * @property {string} [note]    what it does less than others, which explains its speed, or what makes it slow
 * @property {Record<number, number>} [share] share of the tasks, by the limit from which it counts: for libraries that
 *   would need minutes for all of them
 */

const OUT_OF_ORDER = "results in the order of completion";
const RACES = "races all that are in flight for every task";

/** @type {Library[]} */
export const libraries = [
  { id: "sluicegate", name: "sluicegate" },
  {
    id: "sluicegate-everything",
    name: "sluicegate, everything on",
    note: "a signal, onProgress, and tasks that read their context",
  },
  {
    id: "sluicegate-signal",
    name: "… and signals read",
    note: "every task reads `context.signal` too: an AbortController each",
  },
  { id: "by-hand", name: "a loop by hand", note: "no cancellation; after a failure its other workers go on" },
  { id: "p-map", name: "p-map", package: "p-map" },
  { id: "p-limit", name: "p-limit", package: "p-limit", note: "its `limit.map`; after a failure the rest goes on" },
  { id: "p-queue", name: "p-queue", package: "p-queue", share: { 1: 0.5 } },
  { id: "async", name: "async.mapLimit", package: "async", note: "tasks get no index" },
  {
    id: "bottleneck",
    name: "Bottleneck",
    package: "bottleneck",
    note: "it waits for timers of the browser, one after the other, for every task; measured with few tasks",
    share: { 1: 0.0005 },
  },
  { id: "rxjs", name: "rxjs mergeMap", package: "rxjs", note: OUT_OF_ORDER },
  { id: "effect", name: "Effect.forEach", package: "effect", share: { 1: 0.5 } },
  {
    id: "promise-pool",
    name: "promise-pool",
    package: "@supercharge/promise-pool",
    note: `${OUT_OF_ORDER}; ${RACES}`,
    share: { 1: 0.5, 50: 0.05 },
  },
  {
    id: "tiny-async-pool",
    name: "tiny-async-pool",
    package: "tiny-async-pool",
    note: `${OUT_OF_ORDER}; ${RACES}`,
    share: { 1: 0.5, 50: 0.05 },
  },
  {
    id: "promise-race",
    name: "a helper with Promise.race",
    note: `${RACES}; a failure leaves what is in flight to itself`,
    share: { 50: 0.1 },
  },
];

/** Implementations that are only compared by their schedules. */
export const schedulers = [
  { id: "batches", name: "barrier batches" },
  { id: "serial", name: "one by one" },
];

/** The library that ratios refer to. */
export const YARDSTICK = "by-hand";

/** @param {string} id */
export function libraryOf(id) {
  const found = libraries.find((library) => library.id === id);
  if (found) return found;
  throw new RangeError(`There is no library ${JSON.stringify(id)}`);
}

/** @param {string[]} ids */
export const named = (ids) => ids.map(libraryOf);

/**
 * How many of `tasks` the library is given.
 * @param {{share?: Record<number, number> | undefined}} library
 * @param {number} tasks
 * @param {number} limit
 */
export function shareOf({ share = {} }, tasks, limit) {
  const step = Object.keys(share)
    .map(Number)
    .filter((from) => limit >= from)
    .pop();
  return Math.max(Math.round(tasks * (share[step ?? 0] ?? 1)), Math.min(tasks, 50));
}

/** Returns the installed versions, ours first. */
export function versions() {
  const versionOf = (folder) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")).version;
  const peers = libraries
    .filter((library) => library.package)
    .map((library) => [library.package, versionOf(`bench/node_modules/${library.package}`)]);
  return { sluicegate: versionOf("."), ...Object.fromEntries(peers) };
}
