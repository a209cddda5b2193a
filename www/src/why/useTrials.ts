import { useState } from "react";
import { newKey } from "../api";
import { observe } from "../trials/observe";
import { type Experiment, useExperiment } from "../trials/useExperiment";
import { sendAFewAtOnce } from "./bounded";
import { notRun, type Trial } from "./trial";
import { sendAllAtOnce } from "./unbounded";

export interface Trials {
  readonly unbounded: Trial;
  readonly bounded: Trial;
  readonly experiment: Experiment;
  run(): void;
}

/** Both ways, one after the other. */
export function useTrials(): Trials {
  const [unbounded, setUnbounded] = useState(notRun);
  const [bounded, setBounded] = useState(notRun);
  const experiment = useExperiment();
  return {
    unbounded,
    bounded,
    experiment,
    run() {
      experiment.start(async (signal) => {
        setUnbounded(notRun);
        setBounded(notRun);
        const run = newKey();
        await observe(notRun, setUnbounded, signal, (report) => sendAllAtOnce(`${run}-all`, signal, report));
        await observe(notRun, setBounded, signal, (report) => sendAFewAtOnce(`${run}-few`, signal, report));
      });
    },
  };
}
