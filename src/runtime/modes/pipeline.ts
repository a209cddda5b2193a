// A pipeline: phases in order, with threaded outputs and weights.

import { startPipeline as verb } from "../../../pkg/sluicegate.js";
import type { PipelinePhase } from "../../npm/modes.ts";
import { RunHandle } from "../handle.ts";
import { PIPELINE_OPTIONS, PIPELINE_PHASE_OPTIONS, refuseUnknown } from "../known-options.ts";
import type { Mode } from "../mode.ts";
import {
  booleanOr,
  failureMode,
  functionNamed,
  functionOr,
  modeNumber,
  optionsOf,
  runOptions,
  textNamed,
} from "../options.ts";
import { Run } from "../run.ts";
import { SKIP } from "../skip.ts";
import * as table from "../table.ts";
import { badOption, isObject } from "../values.ts";

type Outputs = Readonly<Record<string, unknown>>;
type Phase = PipelinePhase<Record<string, unknown>, string>;

/** Returns a handle that also has the outputs of the phases that are done. */
export function startPipeline(phases: unknown, given: unknown): PipelineHandle {
  if (!Array.isArray(phases)) throw badOption("phases", "an array of phases", phases);
  const options = optionsOf(given);
  refuseUnknown(options, PIPELINE_OPTIONS);
  const { from: start, outputs: earlier } = options;
  const names = phases.map((phase, index) => checkPhase(phase, index).name);
  names.forEach((name, index) => {
    if (names.indexOf(name) < index)
      throw badOption(`phases[${index}].name`, "another name than an earlier one's", name);
  });
  const from = start === undefined ? 0 : names.indexOf(start as string);
  if (from < 0) throw badOption("from", `one of ${names.join(", ")}`, start);
  let outputs: Outputs = Object.freeze({ ...optionsOf(earlier, "outputs") });
  const skip = (phase: Phase, index: number) =>
    index < from && (Object.hasOwn(outputs, phase.name) ? { value: outputs[phase.name] } : true);
  const key = (phase: Phase) => phase.name;
  const mode: Mode = {
    result: "report",
    options: runOptions({ ...options, skip, key }),
    isSerial: true,
    weights: phases.map(({ weight }: Phase) => weight),
    failureModes: phases.map(({ onFailure }: Phase) => modeNumber(onFailure) ?? table.MODE_ASK),
    repeatable: phases.map(({ repeatable }: Phase) => repeatable === true),
    async call(item, _index, context) {
      const phase = item as Phase;
      if (phase.skip && (await phase.skip(outputs))) return SKIP;
      return phase.run(outputs, context as never);
    },
    accept(index, _step, value) {
      outputs = Object.freeze({ ...outputs, [names[index] as string]: value });
      return value;
    },
  };
  return new PipelineHandle(new Run(mode, phases), () => outputs);
}

class PipelineHandle extends RunHandle {
  readonly #outputs: () => Outputs;

  constructor(run: Run, outputs: () => Outputs) {
    super(run, verb);
    this.#outputs = outputs;
  }

  get outputs(): Outputs {
    return this.#outputs();
  }
}

function checkPhase(phase: unknown, index: number): Phase {
  const name = `phases[${index}]`;
  if (!isObject(phase)) throw badOption(name, "a phase", phase);
  const { name: own, run, skip, weight, repeatable } = phase as Record<string, unknown>;
  refuseUnknown(phase, PIPELINE_PHASE_OPTIONS, `${name}.`);
  textNamed(`${name}.name`, own);
  functionNamed(`${name}.run`, run);
  functionOr(`${name}.skip`, skip);
  if (weight !== undefined && !(typeof weight === "number" && weight >= 0 && weight < Infinity)) {
    throw badOption(`${name}.weight`, "a number from 0", weight);
  }
  booleanOr(`${name}.repeatable`, repeatable);
  failureMode(phase as Record<string, unknown>, "onFailure", `${name}.`);
  return phase as Phase;
}
