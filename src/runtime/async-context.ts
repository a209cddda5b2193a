// Async contexts: request ids and traces on servers. Browsers have none yet.

/** Calls a function in the async context in which the snapshot was taken. */
export type Within = <A extends unknown[], R>(callback: (...args: A) => R, ...args: A) => R;

interface AsyncHooks {
  readonly AsyncLocalStorage?: { snapshot?(): Within };
}

const plain: Within = (callback, ...args) => callback(...args);

const storage = (() => {
  try {
    // Next's edge runtime throws when this is looked at.
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): AsyncHooks | undefined } };
    return process?.getBuiltinModule?.("async_hooks")?.AsyncLocalStorage;
  } catch {
    return undefined;
  }
})();

/** Whether this runtime has async contexts. */
export const hasContexts = typeof storage?.snapshot === "function";

/** Takes a snapshot of the current async context. */
export const snapshot = (): Within => storage?.snapshot?.() ?? plain;
