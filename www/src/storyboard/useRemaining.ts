import { useEffect, useState } from "react";
import { useTick } from "../useTick";

interface Estimate {
  readonly left: number;
  readonly at: number;
}
interface Pace {
  readonly at: number;
  readonly fraction: number;
}

/** How much a new estimate counts against the old one: pieces arrive in bursts. */
const WEIGHT = 0.4;

/** Milliseconds that are probably left of a run, by its pace so far; undefined until there is a pace. */
export function useRemaining(fraction: number, running: boolean): number | undefined {
  const [begin, setBegin] = useState<Pace>();
  const [estimate, setEstimate] = useState<Estimate>();
  useTick(running, 1_000);

  useEffect(() => {
    const at = performance.now();
    if (!running || begin === undefined) {
      setBegin(running ? { at, fraction } : undefined);
      setEstimate(undefined);
      return;
    }
    const gained = fraction - begin.fraction;
    if (gained <= 0) return;
    const fresh = ((at - begin.at) / gained) * (1 - fraction);
    setEstimate((old) => ({ left: old === undefined ? fresh : WEIGHT * fresh + (1 - WEIGHT) * leftOf(old, at), at }));
  }, [fraction, running, begin]);

  return running && estimate !== undefined ? leftOf(estimate, performance.now()) : undefined;
}

const leftOf = ({ left, at }: Estimate, now: number): number => Math.max(0, left - (now - at));
