import { useEffect, useState } from "react";

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

const STORED = "storyboard-elapsed";
const MOST = 20;
let memory: Readonly<Record<string, number>> = {};

function readTimes(): Readonly<Record<string, number>> {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? "{}");
  } catch {
    return memory;
  }
}

/** Without storage, the times last as long as the page. */
function keepTime(run: string, elapsed: number): void {
  const { [run]: _, ...others } = readTimes();
  memory = Object.fromEntries([[run, elapsed] as const, ...Object.entries(others)].slice(0, MOST));
  try {
    localStorage.setItem(STORED, JSON.stringify(memory));
  } catch {}
}

/**
 * Returns the milliseconds that a run has been on, in all visits together.
 *
 * @param known what a server says that it was
 */
export function useElapsed(isOn: boolean, run = "", known?: number): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const before = known ?? readTimes()[run] ?? 0;
    const since = performance.now();
    const tell = (): void => {
      const now = before + (isOn ? performance.now() - since : 0);
      if (run !== "" && now > 0) keepTime(run, now);
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
