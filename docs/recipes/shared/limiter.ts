import { Limiter, type LimiterOptions } from "sluicegate";
import { sharedAcrossTabs } from "sluicegate/tabs";

/**
 * Returns a limiter that all tabs of the browser share under this name. A 429 holds back all calls, lowers the adaptive
 * limit, and uses up no attempt. A browser without Web Locks, such as one that shows the page over plain HTTP from
 * another machine, gets one for each tab.
 */
export function tabLimiter(name: string, options: LimiterOptions = {}): Limiter {
  const adapting = { adaptive: { min: 1 }, ...options };
  return new Limiter(canShare ? { ...adapting, sharedAcrossTabs: sharedAcrossTabs(`storyboard-${name}`) } : adapting);
}

const canShare = typeof navigator !== "undefined" && "locks" in navigator && typeof BroadcastChannel !== "undefined";

export const sayLimit = (calls: string): string =>
  canShare ? `At most ${calls} at a time, in all tabs together.` : `At most ${calls} at a time in each tab.`;
