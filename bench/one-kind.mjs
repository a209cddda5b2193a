// The same as overhead.mjs, in a page that has one kind of task and no other: there V8 compiles the task into whoever
// calls it.

export { measure, show } from "./overhead.mjs";
export const about = "overhead per task in a page with only one kind of task";
/** One of ours: they are one library, and would see each other's. */
export const defaults = {
  tasks: 100_000,
  rounds: 7,
  limits: [5, 100],
  only: ["sluicegate-everything", "by-hand", "async", "p-map", "seed-002"],
  oneKind: true,
};
