/** Hooks that all pages share. */
import { type MouseEvent, useEffect, useState, useSyncExternalStore } from "react";

/** Longest double click, in milliseconds. */
const DOUBLE_CLICK = 600;

/**
 * Returns props of a button that may replace another one under the pointer. The second click of a double click must buy
 * nothing, so the button ignores the pointer at first. Keys work at once.
 */
export function useArmed(onPress: () => void, arms = true) {
  const [isArmed, arm] = useState(!arms);
  useEffect(() => {
    const timer = setTimeout(arm, DOUBLE_CLICK, true);
    return () => clearTimeout(timer);
  }, []);
  const onClick = ({ detail }: MouseEvent) => {
    // A click by a key has the detail 0.
    if (isArmed || detail === 0) onPress();
  };
  return { onClick, "aria-disabled": isArmed ? undefined : true };
}

/** Makes the browser ask before it leaves or reloads the page. Calls in flight are paid for. */
export function useLeaveWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [active]);
}

/**
 * Returns the value that `load` resolves to. Loads it again when one of `deps` changes. If `load` rejects, `problem` is
 * its error, and `value` stays the last one.
 */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T> | undefined, deps: readonly unknown[]) {
  const [value, setValue] = useState<T>();
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    setProblem(undefined);
    load(signal)?.then(
      (loaded) => signal.aborted || setValue(() => loaded),
      (error: unknown) => signal.aborted || setProblem(error),
    );
    return () => leaving.abort();
  }, deps);
  return { value, problem };
}

/** Returns whether the browser is online. */
export function useIsOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const leaving = new AbortController();
      for (const event of ["online", "offline"]) addEventListener(event, listener, leaving);
      return () => leaving.abort();
    },
    () => navigator.onLine,
  );
}
