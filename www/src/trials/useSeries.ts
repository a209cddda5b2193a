import { useEffect, useRef, useState } from "react";
import { newKey } from "../api";

/** Makes the calls in one way, and shows how far it is. `run` names it at the server. */
export type Way<T> = (run: string, signal: AbortSignal, show: (result: T) => void) => Promise<void>;

export interface Series<Name extends string, T> {
  readonly results: Readonly<Record<Name, T>>;
  readonly running: boolean;
  /** Why it could not run. */
  readonly problem: string | undefined;
  /** Does nothing while it is running. */
  start(): void;
  /** Aborts the signal of the work. The series runs until the work has settled. */
  stop(): void;
}

/** Returns an experiment that makes the same calls in several ways, one after the other. It stops with its page. */
export function useSeries<Name extends string, T>(notRun: T, ways: Readonly<Record<Name, Way<T>>>): Series<Name, T> {
  const names = Object.keys(ways) as Name[];
  const blank = Object.fromEntries(names.map((name) => [name, notRun])) as Record<Name, T>;
  const [results, setResults] = useState(blank);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<string>();
  const current = useRef<AbortController>(undefined);
  const stop = (): void => current.current?.abort();
  useEffect(() => stop, []);

  async function run(signal: AbortSignal): Promise<void> {
    const run = newKey();
    try {
      for (const name of names)
        await ways[name](`${run}-${name}`, signal, (result) => setResults((all) => ({ ...all, [name]: result })));
    } catch (error) {
      if (!signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setRunning(false);
    }
  }

  function start(): void {
    if (running) return;
    stop();
    current.current = new AbortController();
    setProblem(undefined);
    setResults(blank);
    setRunning(true);
    void run(current.current.signal);
  }
  return { results, running, problem, start, stop };
}
