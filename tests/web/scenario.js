// Parts of scenarios: waits, comparisons, and promises that are settled by hand.

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
  const task = (item, index, context) =>
    new Promise((resolve, reject) => calls.push({ item, index, context, resolve, reject }));
  return { calls, task };
}

/** A task's failure with a status, as an HTTP client throws it. */
export const failure = (status, more) => Object.assign(new Error(`status ${status}`), { status }, more);

/** The reason of a promise that rejects. */
export const reasonOf = (promise) =>
  promise.then(
    (value) => Promise.reject(new Error(`fulfilled: ${JSON.stringify(value)}`)),
    (reason) => reason,
  );

/** Returns a task that fails as listed, and a log of its attempts and of the questions about them. */
export function failing(errors, answers = []) {
  const log = [];
  const task = (...args) => {
    const { attempt } = args.at(-1);
    log.push(`call ${attempt}`);
    const error = errors[Math.min(attempt, errors.length) - 1];
    if (error) throw error;
    return `value ${attempt}`;
  };
  const reconcile = async (context) => {
    log.push(`ask ${context.attempt} ${context.lastError.status}`);
    const answer = answers[Math.min(context.attempt, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { log, task, reconcile };
}
