// Runs with a journal, as the runtime sees them. What stores for them is a part of the journal, in
// `sluicegate/journal`: those who use none do not load it.

import type { InitOutput } from "../../pkg/sluicegate.js";
import type { Journal } from "../npm/types.ts";
import { decide } from "./calls/judgement.ts";
import { now } from "./clock.ts";
import type { TaskContext } from "./context.ts";
import { drainSoon } from "./drain.ts";
import { engine } from "./engine.ts";
import { reject } from "./failing.ts";
import { engineOf } from "./fast-path.ts";
import { JOURNAL } from "./journal-mark.ts";
import type { Run } from "./run.ts";
import { outerRunsOf } from "./signals/outer.ts";
import { SKIP } from "./skip.ts";
import type { Slot } from "./slot.ts";
import { reportUncaught } from "./values.ts";
import { warnOnce } from "./warnings.ts";

/** Stores for a run. */
export interface Journaling {
  /** The journal itself, also for a run on a part of it. */
  readonly root: object;
  /** Reads the journal, again when a finished run goes on. Until then nothing of the run starts. */
  open(): void;
  /** Gives items what the journal has of them. */
  restore(from: number, to: number): void;
  /** Makes the call of an attempt: not before the journal has it. The result counts when the journal has that. */
  call(slot: Slot, context: TaskContext, work: () => unknown): Promise<unknown>;
  /** Stores what the engine has decided after a failure. */
  failed(index: number, step: number, attempts: number, after: number, record: number, reason: unknown): void;
  /** Somebody has asked for an item again, or for a new one. One with a value is only made again if it `isAgain`. */
  asked(index: number, isNew: boolean, isAgain: boolean): void;
  /** Settles when all marks so far are stored. */
  readonly marks: Promise<void> | undefined;
  /** Marks an item or a step as one that may be repeated. */
  mark(index: number, step?: string): void;
  /** Makes a step of a task, or returns its stored result. */
  step(index: number, name: string, work: () => unknown, isRepeatable?: boolean): Promise<unknown>;
  /** Returns the journal of the runs inside an item or a step. */
  scope(index: number, step?: string): Journal;
  /** An item was removed. */
  removed(index: number): void;
  finished(isCompleted: boolean): void;
}

/** The step in which a phase stores a chunk. */
export const ON_CHUNK = "sluicegate:onChunk";

/** What a journal needs of this copy of the package. */
const HOST = {
  get engine(): InitOutput {
    return engine;
  },
  engineOf,
  now,
  drainSoon,
  reject,
  decide,
  outerRunsOf,
  warnOnce,
  reportUncaught,
  SKIP,
};
export type Host = typeof HOST;

/** Returns what stores for a run. Throws a TypeError if the journal is that of an outer run. */
export function attach(run: Run, journal: Journal): Journaling {
  return (Reflect.get(journal, JOURNAL) as { attach(run: Run, host: Host): Journaling }).attach(run, HOST);
}
