// What scenarios are made of: waits, comparisons, and promises that are settled by hand.

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
export const until = async (condition) => {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 2_000) throw new Error(`never: ${condition}`);
    await sleep(1);
  }
};

export function same(actual, expected) {
  const [a, e] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== e) throw new Error(`${a} instead of ${e}`);
}

/** Promises that are settled by hand, one a call. */
export function gate() {
  const calls = [];
  const task = (item, index, context) => new Promise((resolve, reject) => calls.push({ item, index, context, resolve, reject }));
  return { calls, task };
}

/** A task's failure with a status, as an HTTP client throws it. */
export const failure = (status, more) => Object.assign(new Error(`status ${status}`), { status }, more);

/** The reason of a promise that rejects. */
export const reasonOf = (promise) => promise.then((value) => Promise.reject(new Error(`fulfilled: ${JSON.stringify(value)}`)), (reason) => reason);
