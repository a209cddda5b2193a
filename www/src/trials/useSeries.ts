import { useState } from "react";
import { toFailure } from "recipes/shared/failure";
import { startRun, type TaskContext } from "sluicegate";
import { useRun } from "sluicegate/react";
import { newKey } from "../store";

/** What one way to make the calls has come to. */
export interface Trial {
  readonly state: "not run" | "running" | "done" | "stopped";
}
/** Is told of every change; cheap, because it is called thousands of times. */
export type Report<T> = (change: Partial<T>) => void;
/** Makes the calls in one way. `run` names it at the server. */
export type Way<T> = (run: string, signal: AbortSignal, report: Report<T>) => Promise<void>;

/**
 * Returns an experiment that makes the same calls in several ways, one after the other. A stop aborts the signal of the
 * current way and waits until it has settled. Leaving the page is a stop, too.
 */
export function useSeries<Name extends string, T extends Trial>(notRun: T, ways: Readonly<Record<Name, Way<T>>>) {
  const names = Object.keys(ways) as Name[];
  const blank = Object.fromEntries(names.map((name) => [name, notRun])) as Record<Name, T>;
  const [results, setResults] = useState(blank);
  const { state, report, start, cancel } = useRun(() => {
    setResults(blank);
    const run = newKey();
    const observed = (name: Name, _: number, { cancelled }: TaskContext): Promise<void> => {
      const show = (trial: T): void => setResults((all) => ({ ...all, [name]: trial }));
      return observe(notRun, show, cancelled, (report) => ways[name](`${run}-${name}`, cancelled, report));
    };
    return startRun(names, observed, { concurrency: 1, onFailure: "stop" });
  });
  const error: unknown = report?.status === "failed" ? report.error?.errors[0] : undefined;
  return {
    results,
    running: state === "running" || state === "cancelling",
    /** Message of the error that ended the experiment. */
    problem: error === undefined ? undefined : toFailure(error).message,
    /** Does nothing while it is running. */
    start: () => void start(),
    stop: () => cancel(),
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
