import { useEffect, useRef, useState } from "react";
import { newKey } from "../store";

/** What one way to make the calls has come to. */
export interface Trial {
  readonly state: "not run" | "running" | "done" | "stopped";
}
/** Is told of every change; cheap, because it is called thousands of times. */
export type Report<T> = (change: Partial<T>) => void;
/** Makes the calls in one way. `run` names it at the server. */
export type Way<T> = (run: string, signal: AbortSignal, report: Report<T>) => Promise<void>;

export interface Series<Name extends string, T> {
  readonly results: Readonly<Record<Name, T>>;
  readonly running: boolean;
  /** Why it could not be run. */
  readonly problem: string | undefined;
  /** Does nothing while it is running. */
  start(): void;
  /** Aborts the signal of the ways. The series runs until the present way has settled. */
  stop(): void;
}

/** Returns an experiment that makes the same calls in several ways, one after the other. It stops with its page. */
export function useSeries<Name extends string, T extends Trial>(
  notRun: T,
  ways: Readonly<Record<Name, Way<T>>>,
): Series<Name, T> {
  const names = Object.keys(ways) as Name[];
  const blank = Object.fromEntries(names.map((name) => [name, notRun])) as Record<Name, T>;
  const [results, setResults] = useState(blank);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<string>();
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  async function runAll(signal: AbortSignal): Promise<void> {
    const run = newKey();
    for (const name of names)
      await observe(
        notRun,
        (trial) => setResults((all) => ({ ...all, [name]: trial })),
        signal,
        (report) => ways[name](`${run}-${name}`, signal, report),
      );
  }
  return {
    results,
    running,
    problem,
    start() {
      if (running) return;
      const { signal } = (current.current = new AbortController());
      setProblem(undefined);
      setRunning(true);
      setResults(blank);
      runAll(signal)
        .catch((error: unknown) => {
          if (!signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
        })
        .finally(() => setRunning(false));
    },
    stop: () => current.current?.abort(),
  };
}

/** Shows a trial's counts once a frame: a render for each of thousands of changes would slow down what is measured. */
async function observe<T extends Trial>(
  blank: T,
  show: (trial: T) => void,
  signal: AbortSignal,
  work: (report: Report<T>) => Promise<void>,
): Promise<void> {
  let trial: T = { ...blank, state: "running" };
  let frame: number | undefined;
  const draw = (): void => {
    frame = undefined;
    show(trial);
  };
  draw();
  try {
    await work((change) => {
      trial = { ...trial, ...change };
      frame ??= requestAnimationFrame(draw);
    });
    trial = { ...trial, state: "done" };
  } catch (error) {
    trial = { ...trial, state: signal.aborted ? "stopped" : "not run" };
    throw error;
  } finally {
    if (frame !== undefined) cancelAnimationFrame(frame);
    draw();
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
