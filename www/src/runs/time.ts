import { useEffect, useState } from "react";
import { changeRun, findRun } from "./history";

/** Rounded as coarsely as the estimate is. */
export function sayTime(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 3) return "a few seconds left";
  if (seconds < 20) return `about ${Math.round(seconds)} s left`;
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}

/** Returns the time of a run, such as "1:05 elapsed". */
export function sayElapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} elapsed`;
}

/**
 * Returns the time that a run was running, in milliseconds, over all visits.
 *
 * @param known the time that the server gives
 */
export function useElapsed(isOn: boolean, run = "", known?: number): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    // A server gives the time of the last change of the run. It can be older than our own.
    const before = Math.max(known ?? 0, findRun(run)?.elapsed ?? 0);
    const since = performance.now();
    const tell = (): void => {
      const now = before + (isOn ? performance.now() - since : 0);
      if (now > before || known !== undefined) changeRun(run, { elapsed: now });
      setElapsed(now);
    };
    tell();
    if (!isOn) return;
    const timer = setInterval(tell, 1_000);
    return () => {
      clearInterval(timer);
      tell();
    };
  }, [isOn, run, known]);
  return elapsed;
}
