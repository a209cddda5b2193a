// The outcomes of a run by index, and its reports.

import type { Outcome, Progress, RunReport } from "../npm/types.ts";

export type Status = RunReport<unknown>["status"];

/** Why the source of a run failed. */
export type SourceError = { readonly error: unknown } | undefined;

/** The fields of an outcome that depend on its status. */
export type How =
  | { status: "fulfilled"; value: unknown; restored?: true }
  | { status: "rejected"; reason: unknown; restored?: true }
  | { status: "cancelled"; reason: unknown; started: boolean }
  | { status: "skipped"; value?: unknown };

/** The known fields of the attempt of an outcome. */
export interface Attempt {
  readonly attempt: number;
  readonly step: number;
  /** Duration in milliseconds, if known. */
  readonly elapsed?: number | undefined;
  readonly startedAt?: number;
}

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
  discard(index: number): void {
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

  /** Returns the report at this moment, without the items that have no outcome. */
  report(status: Status, items: number, sourceError: SourceError, progress: Progress): RunReport<unknown> {
    const outcomes = this.list.filter((outcome) => outcome !== undefined);
    const values = outcomes.flatMap((outcome) => ("value" in outcome ? [outcome.value] : []));
    return { status, outcomes, values, error: this.error(items, sourceError), progress };
  }
}
