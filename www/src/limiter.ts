import { Limiter, type LimiterOptions } from "sluicegate";

/**
 * Returns a limiter that all tabs of the browser share under this name. A browser without Web Locks, such as one that
 * shows the page over plain HTTP from another machine, gets one for each tab.
 */
export function tabLimiter(name: string, options: LimiterOptions = {}): Limiter {
  return new Limiter(canShare ? { ...options, sharedAcrossTabs: `storyboard-${name}` } : options);
}

const canShare = typeof navigator !== "undefined" && "locks" in navigator && typeof BroadcastChannel !== "undefined";

export const sayLimit = (calls: string): string =>
  canShare ? `At most ${calls} at a time, in all tabs together.` : `At most ${calls} at a time in each tab.`;
