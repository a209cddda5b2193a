// Async contexts: request ids and traces on servers. Browsers have none yet.

/** Calls a function in the async context in which the snapshot was taken. */
export type InContext = <A extends unknown[], R>(callback: (...args: A) => R, ...args: A) => R;

interface AsyncHooks {
  readonly AsyncLocalStorage?: { snapshot?(): InContext };
}

const storage = (() => {
  try {
    // Next's edge runtime throws when this is looked at.
    const { process } = globalThis as { process?: { getBuiltinModule?(name: string): AsyncHooks | undefined } };
    return process?.getBuiltinModule?.("async_hooks")?.AsyncLocalStorage;
  } catch {
    return undefined;
  }
})();

/** zone.js, which frameworks load: before the package or after it. */
interface Zones {
  readonly current?: { run<A extends unknown[], R>(callback: (...args: A) => R, receiver: undefined, args: A): R };
}

const zoneNow = () => (globalThis as { Zone?: Zones }).Zone?.current;

/** Returns a function that calls others in the present zone. An `await` would lose the zone. */
export function inZone(): InContext {
  const zone = zoneNow();
  return zone ? (callback, ...args) => zone.run(callback, undefined, args) : (callback, ...args) => callback(...args);
}

/** Returns a snapshot of the async context of the caller; `undefined` where there are none, as in browsers. */
export function snapshot(): InContext | undefined {
  const inContext = storage?.snapshot?.();
  if (!zoneNow()) return inContext;
  const zone = inZone();
  return inContext ? (callback, ...args) => inContext(zone, callback, ...args) as ReturnType<typeof callback> : zone;
}
