// What joins the journal of a run with tasks of other entries: the journal has to know, before a call with a key is
// sent, that it may be repeated.

/** The name under which contexts have it, in all bundles of the package. */
export const MARKS: unique symbol = Symbol.for("sluicegate.marks") as never;

/** Returns what the call of a context waits for, after its key was read. */
export const marksOf = (context: object): Promise<void> | undefined =>
  (context as { readonly [MARKS]?: Promise<void> })[MARKS];

/** Set on tasks whose runs have the option `repeatable`. */
export const REPEATABLE: unique symbol = Symbol.for("sluicegate.repeatable") as never;
