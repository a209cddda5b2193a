/** The result of a task whose item is skipped after its start. */
export const SKIP = Symbol("skip");
