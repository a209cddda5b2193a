// Parts that the tests of behaviors share: the built package, tasks settled by hand, and turns of the event
// loop.

export * from "../../dist/index.js";

/** Lets everything happen that needs no time. */
export const turn = () => new Promise((resolve) => setTimeout(resolve));

/** Tasks that are settled by hand: one call each, in the order of their starts. */
export function byHand() {
  const calls = [];
  const task = (item, index, context) => {
    const call = { item, index, context };
    call.promise = new Promise((resolve, reject) => Object.assign(call, { resolve, reject }));
    calls.push(call);
    return call.promise;
  };
  return { calls, task, items: () => calls.map(({ item }) => item) };
}

/** A failure with a status, as an HTTP client throws it. */
export const failure = (status, more) => Object.assign(new Error(`status ${status}`), { status, ...more });
