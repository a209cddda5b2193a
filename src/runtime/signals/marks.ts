// What joins the journal of a run with tasks of other entries: the journal has to know, before a call with a key is
// sent, that it may be repeated.

/** The name under which contexts have it, in all bundles of the package. */
export const MARKS: unique symbol = Symbol.for("sluicegate.marks") as never;

/** Returns what the call of a context waits for, after its key was read. */
export const marksOf = (context: object): Promise<void> | undefined =>
  (context as { readonly [MARKS]?: Promise<void> })[MARKS];

/** The name under which contexts have a function that calls another one when their attempt is given up. */
export const GIVEN_UP: unique symbol = Symbol.for("sluicegate.givenUp") as never;

type OnGivenUp = (listener: (reason: unknown) => void) => void;

/** Calls a function when an attempt is given up, at most once. Costs less than the signal of its context. */
export function onGivenUp(context: { readonly signal: AbortSignal }, listener: (reason: unknown) => void): void {
  const listen = (context as { readonly [GIVEN_UP]?: OnGivenUp })[GIVEN_UP];
  if (listen) return listen.call(context, listener);
  const { signal } = context;
  if (signal.aborted) listener(signal.reason);
  else signal.addEventListener("abort", () => listener(signal.reason), { once: true });
}

/** Set on tasks whose runs have the option `repeatable`. */
export const REPEATABLE: unique symbol = Symbol.for("sluicegate.repeatable") as never;
