// The outcomes of a run by index, and its reports.

import type { Outcome, Progress, RunReport } from "../npm/types.ts";

export type Status = RunReport<unknown>["status"];

/** Why the source of a run failed. */
export type SourceError = { readonly error: unknown } | undefined;

export class Outcomes {
  /** With holes. Empty if the run needs no outcomes. */
  readonly list: (Outcome<unknown> | undefined)[] = [];
  /** Reasons of rejected items, with holes. */
  readonly #reasons: unknown[] = [];
  #firstFailure: unknown = undefined;

  /** Stores the reason of a rejected item. */
  failed(index: number, reason: unknown): void {
    if (this.#reasons.length === 0) this.#firstFailure = reason;
    this.#reasons[index] = reason;
  }

  /** Stores an outcome. */
  add(outcome: Outcome<unknown>): void {
    this.list[outcome.index] = outcome;
  }

  /** Removes the outcome of an item that is retried or removed. */
  forget(index: number): void {
    delete this.list[index];
    delete this.#reasons[index];
  }

  /** Returns the indexes of rejected items. */
  rejected(): number[] {
    return this.list.flatMap((outcome) => (outcome?.status === "rejected" ? [outcome.index] : []));
  }

  /** Returns all failures as one error; `undefined` if there are none. `items` is the number of items. */
  error(items: number, sourceError: SourceError): AggregateError | undefined {
    const errors = this.#reasons.filter((_, index) => index in this.#reasons);
    const failed = errors.length;
    if (sourceError) errors.unshift(sourceError.error);
    if (errors.length === 0) return undefined;
    const what = failed > 0 ? `${failed} of ${items} items failed` : "no item failed";
    return new AggregateError(errors, sourceError ? `${what}, but their source did` : what);
  }

  /** Returns the reason with which a run of this status rejects. */
  whyNot(status: Status, endReason: unknown, items: number, sourceError: SourceError): unknown {
    if (status === "cancelled") return endReason;
    if (sourceError) return sourceError.error;
    return status === "failed" ? this.#firstFailure : this.error(items, sourceError);
  }

  /** Returns the report at this moment. */
  report(status: Status, items: number, sourceError: SourceError, progress: Progress): RunReport<unknown> {
    const outcomes = this.list.slice() as Outcome<unknown>[];
    const values = outcomes.flatMap((outcome) => (outcome && "value" in outcome ? [outcome.value] : []));
    return { status, outcomes, values, error: this.error(items, sourceError), progress };
  }

  /** Returns whether all of a number of items are fulfilled or skipped. */
  isClean(items: number): boolean {
    const isGood = (outcome: Outcome<unknown> | undefined) =>
      outcome?.status === "fulfilled" || outcome?.status === "skipped";
    return this.list.length === items && this.list.every(isGood);
  }
}
