import { useEffect, useRef, useState } from "react";

export interface Experiment {
  readonly running: boolean;
  /** Why it could not be run. */
  readonly problem: string | undefined;
  /** Does nothing while it is running. */
  start(work: (signal: AbortSignal) => Promise<void>): void;
  /** Aborts the signal of the work. The experiment runs until the work has settled. */
  stop(): void;
}

/** Returns an experiment that runs on demand. It stops when the page is left. */
export function useExperiment(): Experiment {
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<string>();
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  return {
    running,
    problem,
    start(work) {
      if (running) return;
      current.current?.abort();
      const { signal } = (current.current = new AbortController());
      setProblem(undefined);
      setRunning(true);
      work(signal)
        .catch((error: unknown) => {
          if (!signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
        })
        .finally(() => setRunning(false));
    },
    stop: () => current.current?.abort(),
  };
}
