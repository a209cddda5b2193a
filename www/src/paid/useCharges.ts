import { useState } from "react";
import { newKey } from "../api";
import { type Experiment, useExperiment } from "../trials/useExperiment";
import { type Charges, charge, notRun } from "./charges";

export interface BothCharges {
  readonly naive: Charges;
  readonly keyed: Charges;
  readonly experiment: Experiment;
  run(): void;
}

/** Both ways, one after the other. */
export function useCharges(): BothCharges {
  const [naive, setNaive] = useState(notRun);
  const [keyed, setKeyed] = useState(notRun);
  const experiment = useExperiment();
  return {
    naive,
    keyed,
    experiment,
    run() {
      experiment.start(async (signal) => {
        setNaive(notRun);
        setKeyed(notRun);
        const run = newKey();
        await charge("naive", run, signal, setNaive);
        await charge("keyed", run, signal, setKeyed);
      });
    },
  };
}
