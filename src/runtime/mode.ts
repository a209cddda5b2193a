// The differences between modes: which function is called, with which arguments, and what goes from item to item.

import type { TaskContext } from "./context.ts";
import type { Options } from "./options.ts";

/** The result of a run's promise: values or the first failure, a report, or the value of its only item. */
export type Result = "values" | "report" | "value";

/** How an attempt was started. */
export interface Start {
  readonly index: number;
  /** 1 for the commit of a run in order, else 0. */
  readonly step: number;
  /** The item whose carry is used, in order; `CARRY_NONE` for the first carry. */
  readonly carryFrom: number;
}

/** Describes a run. */
export interface Mode {
  readonly result: Result;
  readonly options: Options;
  /** Calls the user's task for an item. */
  call(item: unknown, index: number, context: TaskContext, start: Start): unknown;
  /** Returns the value of an item from the result of its task. If it throws, the attempt fails. */
  accept?(index: number, step: number, value: unknown): unknown;
  /** Adds the fields of the mode to the context of a question. */
  contextOf?(index: number, context: TaskContext): TaskContext;
  /** The idempotency key of a call that was given one. */
  readonly givenKey?: string;
  /** Whether the work may be repeated, by item. It replaces the option `repeatable`. */
  readonly repeatable?: readonly boolean[];
  /** Returns the facts of the request of an attempt (`FACT_*`). @default `FACT_SENT` */
  facts?(): number;
  /** Returns the name of a step. */
  stepName?(step: number): "prepare" | "commit";
  /** Handles a skipped item. `verdict` is the result of `skip`. */
  skipped?(index: number, verdict: unknown): void;
  /** The word for an attempt in the message of a timeout. @default "attempt" */
  readonly attemptName?: string;
  /** Whether items always follow one another, so that the concurrency cannot change. */
  readonly isSerial?: boolean;
  /** Shares of the progress, by item; `undefined` for the default. */
  readonly weights?: readonly (number | undefined)[];
  /** What the failure of an item does to the others (`MODE_*`), by item. It replaces `onFailure`. */
  readonly failureModes?: readonly number[];
}
