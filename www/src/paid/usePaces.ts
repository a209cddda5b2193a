import { useState } from "react";
import { Limiter } from "sluicegate";
import { newKey } from "../api";
import { type Experiment, useExperiment } from "../trials/useExperiment";
import { keepPace, MOST, notRun, type Pace, QUOTA } from "./quota";

export interface Paces {
  readonly before: Pace;
  readonly adaptive: Pace;
  /** The same once more. */
  readonly again: Pace;
  readonly unlimited: Pace;
  readonly after: Pace;
  readonly experiment: Experiment;
  run(): void;
}

/**
 * The ways one after the other, those that are compared by turns and twice: what a busy machine adds is seen, and left
 * out.
 */
export function usePaces(): Paces {
  const [before, setBefore] = useState(notRun);
  const [adaptive, setAdaptive] = useState(notRun);
  const [again, setAgain] = useState(notRun);
  const [unlimited, setUnlimited] = useState(notRun);
  const [after, setAfter] = useState(notRun);
  const experiment = useExperiment();
  return {
    before,
    adaptive,
    again,
    unlimited,
    after,
    experiment,
    run() {
      experiment.start(async (signal) => {
        for (const show of [setBefore, setAdaptive, setAgain, setUnlimited, setAfter]) show(notRun);
        const run = newKey();
        await keepPace(`${run}-before`, new Limiter({ limit: QUOTA }), signal, setBefore);
        await keepPace(`${run}-adaptive`, new Limiter({ limit: MOST, adaptive: true }), signal, setAdaptive);
        await keepPace(`${run}-after`, new Limiter({ limit: QUOTA }), signal, setAfter);
        await keepPace(`${run}-again`, new Limiter({ limit: MOST, adaptive: true }), signal, setAgain);
        await keepPace(`${run}-unlimited`, undefined, signal, setUnlimited);
      });
    },
  };
}
