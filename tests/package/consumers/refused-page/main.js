import { processWithConcurrency, settleWithConcurrency, startRun } from "sluicegate";

let unhandled = 0;
addEventListener("unhandledrejection", () => unhandled++);

const { Module } = WebAssembly;
let compiled = 0;
WebAssembly.Module = new Proxy(Module, {
  construct: (target, args) => (compiled++, Reflect.construct(target, args)),
});

/** @param {any} error */
const shapeOf = ({ message, cause }) => ({ message, cause: cause?.name });

let called = 0;
const task = () => called++;

/** @param {() => unknown} call */
function thrownBy(call) {
  try {
    call();
    return undefined;
  } catch (error) {
    return shapeOf(error);
  }
}

/** @param {() => Promise<unknown>} call */
async function rejectionOf(call) {
  // A call that throws instead of rejecting makes the page fail.
  const promise = call();
  return promise.then(() => undefined, shapeOf);
}

/**
 * Counts the modules that a call compiles.
 * @param {() => unknown} call
 */
async function trying(call) {
  const before = compiled;
  const error = await call();
  return { error, tried: compiled - before > 0 };
}

const calls = [
  () => rejectionOf(() => processWithConcurrency([1], 1, task)),
  () => rejectionOf(() => processWithConcurrency([1], 1, task)),
  () => rejectionOf(() => settleWithConcurrency([1], 1, task)),
  () => thrownBy(() => startRun([1], task, { concurrency: 1 })),
  () => thrownBy(() => startRun([1], task, { concurrency: 1 })),
];
const shown = [];
for (const call of calls) shown.push(await trying(call));

// Rejections are reported as unhandled in a task of their own.
await new Promise((resolve) => setTimeout(resolve, 50));
const result = document.querySelector("#result");
if (result) result.textContent = JSON.stringify({ shown, called, unhandled });
