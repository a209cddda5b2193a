// What a call with a key waits for before it is sent: that the journal of its run knows that it may be repeated.

/** The name under which contexts have it, in all bundles of the package. */
export const MARKS: unique symbol = Symbol.for("sluicegate.marks") as never;

/** Returns what the call of a context waits for, after its key was read. */
export const marksOf = (context: object): Promise<void> | undefined =>
  (context as { readonly [MARKS]?: Promise<void> })[MARKS];
