// Like overhead.mjs, in a page with a single kind of task, which V8 inlines into its caller.

export { measure, show } from "./overhead.mjs";
export const about = "overhead per task in a page with only one kind of task";
/** One variant of sluicegate only: variants share code, and would see tasks of each other. */
export const defaults = {
  tasks: 100_000,
  rounds: 7,
  limits: [5, 100],
  only: ["sluicegate-everything", "by-hand", "async", "p-map", "promise-race"],
  oneKind: true,
};
