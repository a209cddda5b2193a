/**
 * sluicegate/server: runs that a server owns.
 * @module
 */

export { memoryStore } from "../server/memory-store.ts";
export type * from "../server/store.ts";
