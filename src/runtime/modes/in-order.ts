// In order with a carry: `commit` strictly in input order, `prepare` ahead of it.

import { startInOrder as verb } from "../../../pkg/sluicegate.js";
import { RunHandle } from "../handle.ts";
import { IN_ORDER_OPTIONS, refuseUnknown, STEP_FAILURE_OPTIONS } from "../known-options.ts";
import type { Mode } from "../mode.ts";
import { count, failureMode, functionNamed, functionOr, optionsOf, runOptions } from "../options.ts";
import { Run } from "../run.ts";
import * as table from "../table.ts";
import { badOption, isObject } from "../values.ts";
import { listOf } from "./batches.ts";

export function startInOrder(items: unknown, given: unknown): RunHandle {
  const list = listOf(items);
  const { prepare: preparation, commit: commitment, carry: first, concurrency, onStepFailure } = optionsOf(given);
  refuseUnknown(optionsOf(given), IN_ORDER_OPTIONS);
  const commit = functionNamed("commit", commitment);
  const prepare = functionOr("prepare", preparation);
  const policy = optionsOf(onStepFailure, "onStepFailure");
  refuseUnknown(policy, STEP_FAILURE_OPTIONS, "onStepFailure.");
  const options = runOptions(given);
  const { numbers } = options;
  if (concurrency !== undefined) numbers[table.OPTION_CONCURRENCY] = count("concurrency", concurrency);
  numbers[table.OPTION_ORDER] = prepare ? table.ORDER_PREPARES : table.ORDER_COMMITS;
  numbers[table.OPTION_ON_PREPARE_FAILURE] = failureMode(policy, "prepare", "onStepFailure.");
  numbers[table.OPTION_ON_COMMIT_FAILURE] = failureMode(policy, "commit", "onStepFailure.");
  const carries: unknown[] = [];
  const skippedCarries = new Map<number, unknown>();
  const prepared = new Map<number, unknown>();
  /** Returns the carry of the nearest earlier item with one, from a commit or a skip. */
  const carryFor = (index: number, from: number) => {
    const last = from === table.CARRY_NONE ? -1 : from;
    for (let at = index - 1; at > last; at--) if (skippedCarries.has(at)) return skippedCarries.get(at);
    return last < 0 ? first : carries[last];
  };
  const mode: Mode = {
    result: "report",
    options,
    call(item, index, context, { step, carryFrom }) {
      if (prepare && step === 0) return prepare(item, index, context);
      return commit(item, prepared.get(index), carryFor(index, carryFrom), context);
    },
    stepName: (step) => (step === 0 && prepare ? "prepare" : "commit"),
    skipped(index, verdict) {
      if (isObject(verdict) && "carry" in verdict) skippedCarries.set(index, verdict.carry);
    },
    accept(index, step, value) {
      if (step === 0) {
        prepared.set(index, value);
        return value;
      }
      if (!isObject(value) || !("value" in value && "carry" in value)) {
        throw badOption("commit", "a function that returns { value, carry }", value);
      }
      carries[index] = value.carry;
      prepared.delete(index);
      return value.value;
    },
  };
  return new RunHandle(new Run(mode, list), verb);
}
