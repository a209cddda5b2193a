// The context of an attempt. Each attempt has its own: a reused object would show a late task the data of another item.

import type { Journal, TaskContext as PublicContext } from "../npm/types.ts";
import { now } from "./clock.ts";
import { drainSoon } from "./drain.ts";
import { engineOf } from "./fast-path.ts";
import type { Run } from "./run.ts";
import { GIVEN_UP, MARKS } from "./signals/marks.ts";
import { linkSignals, marksOfOuter, touchOuter } from "./signals/outer.ts";
import { holdPlaces } from "./signals/places.ts";
import type { Slot } from "./slot.ts";

/** A report of a task. */
interface Update {
  readonly fraction?: unknown;
  readonly data?: unknown;
}
type Report = (update?: Update) => void;
type Step = PublicContext["step"];

const NO_INPUTS: readonly unknown[] = Object.freeze([]);

export class TaskContext {
  readonly #run: Run;
  readonly #slot: Slot;
  readonly #index: number;
  readonly #serial: number;
  #controller: AbortController | undefined = undefined;
  #cancelled: AbortSignal | undefined = undefined;
  readonly attempt: number;
  readonly lastError: unknown;

  /** Describes the attempt that is in a slot. */
  constructor(run: Run, slot: Slot, index: number, attempt: number, lastError: unknown) {
    this.#run = run;
    this.#slot = slot;
    this.#index = index;
    this.#serial = slot.serial;
    this.attempt = attempt;
    this.lastError = lastError;
  }

  // Created on demand: a controller costs more than everything else of an attempt.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = this.#slot.controllerOf(this.#serial, this.#run);
      holdPlaces(this.#controller.signal, this.#run, this.#slot, this.#serial);
      linkSignals(this.#controller.signal, {
        run: this.#run,
        index: this.#index,
        touch: () => TaskContext.touch(this),
      });
    }
    return this.#controller.signal;
  }

  [GIVEN_UP](listener: (reason: unknown) => void): void {
    this.#slot.onAbandoned(this.#serial, this.#run, listener);
  }

  // The signal of the run. With a limiter, each attempt has its own, because the signal identifies the held place.
  get cancelled(): AbortSignal {
    const signal = this.#run.cancelledSignal();
    const holdsNone = this.#run.heldPlaces.length === 0 && !this.#run.options.limiter;
    if (holdsNone || typeof AbortSignal.any !== "function") return signal;
    if (this.#cancelled === undefined) {
      this.#cancelled = AbortSignal.any([signal]);
      holdPlaces(this.#cancelled, this.#run, this.#slot, this.#serial);
    }
    return this.#cancelled;
  }

  get idempotencyKey(): string {
    const key = this.#run.keysAndSteps.key(this.#index, this.#run.items[this.#index], true);
    this.#run.journaling?.mark(this.#index);
    return key;
  }

  /** The journal for runs inside the task, if its run has one. */
  get journal(): Journal | undefined {
    return this.#run.journaling?.scope(this.#index);
  }

  get [MARKS](): Promise<void> | undefined {
    return this.#run.journaling?.marks;
  }

  /** The values of what the item waited for. */
  get inputs(): readonly unknown[] {
    return this.#run.inputs?.of(this.#index) ?? NO_INPUTS;
  }

  /** Whether the item is made anew, though it has or had a value. */
  get regenerating(): boolean {
    return this.#run.keysAndSteps.isRenewed(this.#index);
  }

  // Getters and not methods: tasks destructure the context.
  get report(): Report {
    return (update) => this.#report(update ?? {});
  }

  get step(): Step {
    const make = (name: string) => new StepContext(this, name);
    const { journaling, keysAndSteps } = this.#run;
    const stored =
      journaling && ((name: string, work: () => unknown): Promise<unknown> => journaling.step(this.#index, name, work));
    return <S>(name: string, work: (context: PublicContext) => S) =>
      keysAndSteps.step(this.#index, name, work, make, stored) as Promise<Awaited<S>>;
  }

  /** Whether the attempt has ended: its reports no longer count. */
  get #isOver(): boolean {
    return this.#slot.serial !== this.#serial || this.#slot.isAbandoned;
  }

  #report({ fraction, data }: Update): void {
    if (this.#isOver) return;
    const part = typeof fraction === "number" ? Math.min(1, Math.max(0, fraction)) : NaN;
    engineOf(this.#run).engine_touched(this.#slot.number, part, now());
    this.#run.reported(this.#index, Number.isNaN(part) ? undefined : part, data);
    drainSoon();
  }

  /** Reports a sign of life of an attempt, and of the outer attempts whose signals its run was given. */
  static touch(context: TaskContext): void {
    if (context.#isOver) return;
    engineOf(context.#run).engine_touched(context.#slot.number, NaN, now());
    touchOuter(context.#run.signals);
  }

  /** Reports whether an attempt waits for a callback of its caller. Meanwhile its idle time does not run. */
  static setBusy(context: TaskContext, isBusy: boolean): void {
    if (context.#isOver) return;
    engineOf(context.#run).engine_set_busy(context.#slot.number, isBusy ? 1 : 0, now());
    touchOuter(context.#run.signals);
  }

  /** Returns what a request has to wait for before it is sent. */
  static marks(context: TaskContext): Promise<unknown> | undefined {
    return marksOfOuter(context.#run.signals);
  }

  /** Marks a step as one that may be repeated, because its key was read. */
  static markStep(context: TaskContext, name: string): void {
    context.#run.journaling?.mark(context.#index, name);
  }

  /** Returns the journal for runs inside a step. */
  static journalOfStep(context: TaskContext, name: string): Journal | undefined {
    return context.#run.journaling?.scope(context.#index, name);
  }

  /** Returns the key of an item for a question: who asks does not send it. */
  static keyOfQuestion(context: TaskContext): string {
    return context.#run.keysAndSteps.key(context.#index, context.#run.items[context.#index], false);
  }
}

/** The context of `reconcile`. */
export class QuestionContext extends TaskContext {
  override get idempotencyKey(): string {
    return TaskContext.keyOfQuestion(this);
  }
}

/** The context of a request of a poll: signals of its own, key and reports of the poll. */
export class AskContext {
  readonly #own: TaskContext;
  readonly #outer: TaskContext;
  readonly attempt: number;
  readonly lastError: unknown;

  constructor(own: TaskContext, outer: TaskContext, attempt: number, lastError: unknown) {
    this.#own = own;
    this.#outer = outer;
    this.attempt = attempt;
    this.lastError = lastError;
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  get cancelled(): AbortSignal {
    return this.#own.cancelled;
  }

  get idempotencyKey(): string {
    return this.#outer.idempotencyKey;
  }

  get journal(): Journal | undefined {
    return this.#outer.journal;
  }

  get [MARKS](): Promise<void> | undefined {
    return this.#outer[MARKS];
  }

  get regenerating(): boolean {
    return this.#outer.regenerating;
  }

  get inputs(): readonly unknown[] {
    return this.#outer.inputs;
  }

  get report(): Report {
    return this.#outer.report;
  }

  get step(): Step {
    return this.#outer.step;
  }
}

/** The context of a step: that of the attempt, with another key. */
class StepContext {
  readonly #parent: TaskContext;
  readonly #name: string;
  readonly attempt: number;
  readonly lastError: unknown;

  constructor(parent: TaskContext, name: string) {
    this.#parent = parent;
    this.#name = name;
    this.attempt = parent.attempt;
    this.lastError = parent.lastError;
  }

  get signal(): AbortSignal {
    return this.#parent.signal;
  }

  get cancelled(): AbortSignal {
    return this.#parent.cancelled;
  }

  get idempotencyKey(): string {
    TaskContext.markStep(this.#parent, this.#name);
    return `${this.#parent.idempotencyKey}/${this.#name}`;
  }

  get journal(): Journal | undefined {
    return TaskContext.journalOfStep(this.#parent, this.#name);
  }

  get [MARKS](): Promise<void> | undefined {
    return this.#parent[MARKS];
  }

  get regenerating(): boolean {
    return this.#parent.regenerating;
  }

  get inputs(): readonly unknown[] {
    return this.#parent.inputs;
  }

  get report(): Report {
    return this.#parent.report;
  }

  get step(): Step {
    return (name, work) => this.#parent.step(typeof name === "string" ? `${this.#name}/${name}` : name, work);
  }
}
