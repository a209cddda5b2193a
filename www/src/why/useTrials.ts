import { useEffect, useRef, useState } from "react";
import { newKey } from "../api";
import { sendAFewAtOnce } from "./bounded";
import { notRun, type Report, type Trial } from "./trial";
import { sendAllAtOnce } from "./unbounded";

export interface Trials {
  readonly unbounded: Trial;
  readonly bounded: Trial;
  readonly running: boolean;
  readonly problem: string | undefined;
  run(): void;
}

/** Both ways, one after the other; ended when the page is left. */
export function useTrials(): Trials {
  const [unbounded, setUnbounded] = useState(notRun);
  const [bounded, setBounded] = useState(notRun);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<string>();
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  async function runBoth(signal: AbortSignal): Promise<void> {
    const run = newKey();
    await observe(setUnbounded, signal, (report) => sendAllAtOnce(`${run}-all`, signal, report));
    await observe(setBounded, signal, (report) => sendAFewAtOnce(`${run}-few`, signal, report));
  }

  return {
    unbounded,
    bounded,
    running,
    problem,
    run() {
      if (running) return;
      current.current?.abort();
      const { signal } = (current.current = new AbortController());
      setUnbounded(notRun);
      setBounded(notRun);
      setProblem(undefined);
      setRunning(true);
      runBoth(signal)
        .catch((error: unknown) => {
          if (!signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
        })
        .finally(() => {
          if (!signal.aborted) setRunning(false);
        });
    },
  };
}

/** Shows a trial's counts once a frame: a render for each of thousands of changes would slow down what is measured. */
async function observe(show: (trial: Trial) => void, signal: AbortSignal, work: (report: Report) => Promise<void>): Promise<void> {
  let trial: Trial = { ...notRun, state: "running" };
  let frame: number | undefined;
  const draw = (): void => {
    frame = undefined;
    if (!signal.aborted) show(trial);
  };
  show(trial);
  try {
    await work((change) => {
      trial = { ...trial, ...change };
      frame ??= requestAnimationFrame(draw);
    });
    trial = { ...trial, state: "done" };
  } finally {
    if (frame !== undefined) cancelAnimationFrame(frame);
    draw();
  }
}
