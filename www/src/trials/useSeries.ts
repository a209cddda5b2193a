import { useState } from "react";
import { newKey } from "../store";
import { type Experiment, useExperiment } from "./useExperiment";

/** Makes the calls in one way, and shows how far it is. `run` names it at the server. */
export type Way<T> = (run: string, signal: AbortSignal, show: (result: T) => void) => Promise<void>;

export interface Series<Name extends string, T> {
  readonly results: Readonly<Record<Name, T>>;
  readonly experiment: Experiment;
  start(): void;
}

/** Returns an experiment that makes the same calls in several ways, one after the other. */
export function useSeries<Name extends string, T>(notRun: T, ways: Readonly<Record<Name, Way<T>>>): Series<Name, T> {
  const names = Object.keys(ways) as Name[];
  const blank = Object.fromEntries(names.map((name) => [name, notRun])) as Record<Name, T>;
  const [results, setResults] = useState(blank);
  const experiment = useExperiment();
  return {
    results,
    experiment,
    start() {
      experiment.start(async (signal) => {
        setResults(blank);
        const run = newKey();
        for (const name of names)
          await ways[name](`${run}-${name}`, signal, (result) => setResults((all) => ({ ...all, [name]: result })));
      });
    },
  };
}
