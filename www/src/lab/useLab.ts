import { useEffect, useRef, useState } from "react";
import { changeFaults, type Faults, type LabStats, type Preset, readFaults, resetCounters, watchStats } from "./lab";

const FULL_PURSE = 1_000;

export interface Lab {
  readonly faults: Faults;
  /** The preset that is in force; undefined once a fault was set by itself. */
  readonly preset: Preset | undefined;
  readonly stats: LabStats | undefined;
  readonly problem: string | undefined;
  choose(preset: Preset): void;
  change(faults: Partial<Faults>): void;
  reset(): void;
}

const isCalm = ({ quota, ...shares }: Faults): boolean =>
  quota === null && Object.values(shares).every((share) => share === 0);

/** Undefined where the server has no lab. */
export function useLab(): Lab | undefined {
  const [faults, setFaults] = useState<Faults>();
  const [preset, setPreset] = useState<Preset>();
  const [stats, setStats] = useState<LabStats>();
  const [problem, setProblem] = useState<string>();
  const changes = useRef(0);
  const present = faults !== undefined;

  useEffect(() => {
    const leaving = new AbortController();
    readFaults(leaving.signal).then(
      (found) => {
        setFaults(found);
        if (isCalm(found)) setPreset("calm");
      },
      () => {
        // No lab: a real backend, or no server at all. The page works without.
      },
    );
    return () => leaving.abort();
  }, []);

  useEffect(() => (present ? watchStats(setStats) : undefined), [present]);

  if (faults === undefined) return undefined;
  const tell = (error: unknown): void => setProblem(error instanceof Error ? error.message : String(error));
  const put = (change: Partial<Faults> | { preset: Preset }): void => {
    const number = ++changes.current;
    setProblem(undefined);
    changeFaults(change).then((now) => {
      // A dragged slider asks many times: only the last answer counts.
      if (number === changes.current) setFaults(now);
    }, tell);
  };
  return {
    faults,
    preset,
    stats,
    problem,
    choose(chosen) {
      setPreset(chosen);
      put({ preset: chosen });
    },
    change(some) {
      setPreset(undefined);
      setFaults({ ...faults, ...some });
      put(some);
    },
    reset() {
      setProblem(undefined);
      resetCounters(FULL_PURSE).then(setStats, tell);
    },
  };
}
