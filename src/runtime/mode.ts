// What differs from mode to mode: which function is called with what, and what is threaded from item to item.

import type { TaskContext } from "./context.ts";
import type { Options } from "./options.ts";

/** What a run's promise gives: its values or the first failure, a report, or the value of its only item. */
export type Result = "values" | "report" | "value";

/** How an attempt was started. */
export interface Start {
  readonly index: number;
  /** 1 for the commit of a run in order, else 0. */
  readonly step: number;
  /** The item whose carry goes on, in order; `CARRY_NONE` for the first carry. */
  readonly carryFrom: number;
}

/** Describes a run. */
export interface Mode {
  readonly result: Result;
  readonly options: Options;
  /** Calls the user's task for an item. */
  call(item: unknown, index: number, context: TaskContext, start: Start): unknown;
  /** Looks at what a task gave; returns the value that counts. What it throws is a failure of the attempt. */
  accept?(index: number, step: number, value: unknown): unknown;
  /** Adds to a context what the mode tells its tasks, for questions to the server. */
  contextOf?(index: number, context: TaskContext): TaskContext;
  /** Returns whether a repetition is known not to be paid twice. */
  isKeyed?(): boolean;
  /** The idempotency key of a call that was given one. */
  readonly givenKey?: string;
  /** Returns whether the request of the attempt has left. */
  wasSent?(): boolean;
  /** Returns the name of a step. */
  stepName?(step: number): "prepare" | "commit";
  /** An item was skipped with what the caller's `skip` gave. */
  skipped?(index: number, verdict: unknown): void;
  /** What a timeout calls an attempt. @default "attempt" */
  readonly noun?: string;
  /** Whether items follow one another, whatever happens. */
  readonly isSerial?: boolean;
  /** Share of the whole progress, by item. */
  readonly weights?: readonly number[];
}
