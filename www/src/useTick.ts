import { useEffect, useReducer } from "react";

/** Renders again every `interval` milliseconds while `active`, and once more when that ends. */
export function useTick(active: boolean, interval: number): void {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(tick, interval);
    return () => {
      clearInterval(timer);
      tick();
    };
  }, [active, interval]);
}
