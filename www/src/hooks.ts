/** Hooks that concern no system. */
import { type MouseEvent, useEffect, useState, useSyncExternalStore } from "react";

/** Longer than a double click takes, in milliseconds. */
const DOUBLE_CLICK = 600;

/**
 * Returns props of a button that may have taken the place of the one that was just clicked: until a double click would
 * be over, clicks of a pointer do nothing, so that none buys anything by accident. Keys work at once.
 */
export function useArmed(onPress: () => void, arms = true) {
  const [isArmed, arm] = useState(!arms);
  useEffect(() => {
    const timer = setTimeout(arm, DOUBLE_CLICK, true);
    return () => clearTimeout(timer);
  }, []);
  const onClick = ({ detail }: MouseEvent) => {
    // 0 is a click by a key.
    if (isArmed || detail === 0) onPress();
  };
  return { onClick, "aria-disabled": isArmed ? undefined : true };
}

/** Lets the browser ask before the page is left or reloaded while `active`: what is under way has been paid for. */
export function useLeaveWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [active]);
}

/**
 * Returns what `load` has resolved to, and reads it again when one of `deps` changes. Where that fails, the last value
 * stands, beside the problem.
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
