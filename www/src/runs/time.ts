import { useRef } from "react";
import { useTick } from "../useTick";

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

/** Returns the milliseconds that a run has taken since the page is shown. While it is not on, the time stands still. */
export function useElapsed(isOn: boolean, run: string | undefined): number {
  const clock = useRef({ run, before: 0, since: undefined as number | undefined });
  useTick(isOn, 1_000);
  const now = performance.now();
  const { current } = clock;
  const known = current.run === run ? current : { run, before: 0, since: undefined };
  const total = known.before + (known.since === undefined ? 0 : Math.max(1, now - known.since));
  if (known !== current || isOn !== (known.since !== undefined))
    clock.current = { run, before: total, since: isOn ? now : undefined };
  return total;
}
