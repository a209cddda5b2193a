// One run as JavaScript sees it: the user's items and functions, and the values and errors that only JavaScript can
// hold. What is
// to be done with them, and what the run is doing, the engine knows.

import type { Outcome, Progress, RunReport } from "../npm/types.ts";
import { snapshot, type Within } from "./async-context.ts";
import { Bought, type MakeKey } from "./bought.ts";
import { EXACT, now, type Timing, timingOf } from "./clock.ts";
import { engine } from "./engine.ts";
import { Failures } from "./failures.ts";
import { type FastPath, newFastPath } from "./fast-path.ts";
import { type HeldPlace, placesOf } from "./held-places.ts";
import { Inputs } from "./inputs.ts";
import { ItemKeys } from "./item-keys.ts";
import type { Live } from "./live.ts";
import type { Mode } from "./mode.ts";
import type { Options } from "./options.ts";
import { Outcomes, type SourceError, type Status } from "./outcomes.ts";
import { askPriorities } from "./priorities.ts";
import type { Slot } from "./slot.ts";
import { Source } from "./sources.ts";
import * as table from "./table.ts";
import { reportUncaught } from "./values.ts";

/** What a task resolves to whose item is to be skipped after all. */
export const SKIP = Symbol("skip");

/** Is in the place of a reason where there is none, so that no error equals it. */
const NO_REASON = Symbol("no reason");

const STATES = ["running", "paused", "cancelling", "finished"] as const;
export type RunState = (typeof STATES)[number];
const STATUSES = ["completed", "partial", "cancelled", "failed"] as const;

/** What an outcome says besides index, key and times. */
type How =
  | { status: "fulfilled"; value: unknown }
  | { status: "rejected"; reason: unknown }
  | { status: "cancelled"; reason: unknown; started: boolean }
  | { status: "skipped"; value?: unknown };

/** The attempt that an outcome is of, as far as it is known. */
export interface Attempt {
  readonly attempt: number;
  readonly step: number;
  /** Milliseconds, where they are known already. */
  readonly elapsed?: number | undefined;
  readonly startedAt?: number;
}

export class Run {
  /** The engine's name for it; -1 before it is opened and after it is forgotten. */
  id = -1;
  readonly mode: Mode;
  readonly options: Options;
  readonly items: unknown[] = [];
  readonly itemKeys: ItemKeys;
  readonly source: Source | undefined;
  /** Signals of which any cancels it. */
  readonly signals: readonly AbortSignal[];
  readonly heldPlaces: readonly HeldPlace[];
  /** Calls user code in the async context in which the run was started. */
  readonly within: Within | undefined;
  readonly timing: Timing;
  readonly promise: Promise<unknown>;
  /** By index, where the run gives values. */
  readonly values: unknown[] | undefined;
  readonly #results = new Outcomes();
  /** By index, where the run gives a report. */
  readonly outcomes: readonly (Outcome<unknown> | undefined)[] | undefined;
  /** Keys and steps: what is made once an item. */
  readonly bought: Bought;
  /** What items waited for before they started, where they may. */
  readonly inputs: Inputs | undefined;
  /** The priorities of the items, where they have some. */
  priorities: number[] | undefined = undefined;
  readonly fastPath: FastPath = newFastPath();
  /** Whether nothing is done for an item but to call its task and to keep its value. */
  isPlain = false;
  /** Whether watchers have not been told of the last change. */
  hasChanged = false;
  /** For its handle: what watchers see. */
  live: Live | undefined = undefined;
  /** Why attempts were abandoned, by their serial numbers. */
  abandoned: Map<number, unknown> | undefined = undefined;
  /** Why it ended early. */
  #reason: unknown = NO_REASON;
  /** Why its source failed. */
  sourceError: SourceError = undefined;
  /** Whether it was opened for items to be added. */
  readonly isOpenRun: boolean;
  /** Whether items may still be added. */
  acceptsItems: boolean;
  /** Whether it has given its result. */
  isOver = false;
  readonly #itemReasons = new Map<number, unknown>();
  /** How it ended. */
  #status: Status | undefined = undefined;
  /** Whether more is to follow what was asked for again after the end. */
  leadsOn = false;
  /** Whether items were asked for again after the end. */
  #wasReopened = false;
  /** What items under way reported last. */
  #data: Map<number, unknown> | undefined = undefined;
  #pending: Promise<unknown>[] | undefined = undefined;
  /** Made for the first item that fails. */
  #failures: Failures | undefined = undefined;
  #cancelled: AbortController | undefined = undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (reason: unknown) => void;

  /** `signals` are those of the options, unless a mode has more. */
  constructor(mode: Mode, items: unknown, signals?: readonly (AbortSignal | undefined)[]) {
    const { options } = mode;
    this.mode = mode;
    this.options = options;
    this.itemKeys = new ItemKeys(options.key as ConstructorParameters<typeof ItemKeys>[0]);
    this.inputs = options.after ? new Inputs() : undefined;
    this.bought = new Bought(options.idempotencyKey as MakeKey | undefined, mode.givenKey);
    this.signals = (signals ?? [options.signal]).filter((signal) => signal !== undefined);
    this.heldPlaces = placesOf(this.signals);
    this.within = snapshot();
    this.outcomes = mode.result === "report" ? this.#results.list : undefined;
    this.isOpenRun = this.acceptsItems = options.numbers[table.OPTION_SOURCE] === table.SOURCE_OPEN;
    this.timing = this.outcomes ? EXACT : timingOf(options);
    if (Array.isArray(items)) {
      // Their number is known: as many values are made room for at once.
      this.items = items.slice();
      this.values = this.outcomes ? undefined : new Array(items.length);
      if (options.key) for (const [index, item] of this.items.entries()) this.itemKeys.identify(item, index);
      askPriorities(this, 0);
    } else {
      this.source = new Source(items as Iterable<unknown> | AsyncIterable<unknown>);
      this.values = this.outcomes ? undefined : [];
    }
    let settle: [(value: unknown) => void, (reason: unknown) => void] | undefined;
    this.promise = new Promise((resolve, reject) => {
      settle = [resolve, reject];
    });
    [this.#resolve, this.#reject] = settle as [(value: unknown) => void, (reason: unknown) => void];
  }

  get state(): RunState {
    return this.id < 0 ? "finished" : (STATES[engine.engine_state(this.id)] as RunState);
  }

  /** Adds items: all, or none where a key is not a new one. Returns how many. */
  append(items: readonly unknown[]): number {
    const before = this.items.length;
    try {
      for (const item of items) this.itemKeys.identify(item, this.items.push(item) - 1);
      askPriorities(this, before);
    } catch (error) {
      for (let index = before; index < this.items.length; index++) this.itemKeys.forget(index);
      this.items.length = before;
      throw error;
    }
    return items.length;
  }

  // ── what attempts need ──

  cancelledSignal(): AbortSignal {
    if (this.#cancelled === undefined) {
      this.#cancelled = new AbortController();
      if (this.#reason !== NO_REASON) this.#cancelled.abort(this.#reason);
    }
    return this.#cancelled.signal;
  }

  /** Returns whether a repetition of the item's call is known not to be paid twice. */
  isKeyed(index: number): boolean {
    return this.mode.isKeyed?.() === true || this.bought.isSent(index);
  }

  lastError(index: number): unknown {
    return this.#failures?.lastError(index);
  }

  takeLastFailure(index: number) {
    return this.#failures?.takeLast(index);
  }

  /** Keeps the failure of an attempt that another one follows. */
  keepFailure(index: number, error: unknown, elapsed: number, pauses: boolean): void {
    this.#failures ??= new Failures();
    this.#failures.add(index, { error, elapsed, pauses });
  }

  /** An item waits for its next attempt after one that failed. */
  retrying(index: number, attempt: number): void {
    this.hasChanged = true;
    const { onRetry } = this.options;
    if (!this.live && !onRetry) return;
    const error = this.lastError(index);
    const nextAttemptAt = engine.engine_next_attempt_at(this.id, index);
    this.live?.retrying(index, { attempt, error, nextAttemptAt });
    const delay = Math.max(0, nextAttemptAt - now());
    const notice = { key: this.keyOf(index), index, attempt, error, delay };
    if (onRetry) this.call(onRetry, notice, this.items[index]);
  }

  reported(index: number, fraction: number | undefined, data: unknown): void {
    this.hasChanged = true;
    if (data !== undefined && this.#wantsOutcomes) {
      this.#data ??= new Map();
      this.#data.set(index, data);
    }
    this.live?.reported(index, fraction, data);
  }

  /** Calls a callback of the user. What it throws, or its promise rejects with, is reported, and harms nothing. */
  call<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): Promise<unknown> | undefined {
    try {
      const told = this.within ? this.within(callback, ...args) : callback(...args);
      return told === undefined ? undefined : Promise.resolve(told).catch(reportUncaught);
    } catch (error) {
      reportUncaught(error);
      return undefined;
    }
  }

  get #wantsOutcomes(): boolean {
    return this.outcomes !== undefined || this.options.onOutcome !== undefined;
  }

  // ── outcomes ──

  fulfilled(slot: Slot, value: unknown): void {
    if (this.values) this.values[slot.index] = value;
    this.#settle(slot.index, slot, { status: "fulfilled", value });
  }

  /** Returns why an item fails in the end: all its failures, where there were several. */
  reasonOf(index: number, error: unknown): unknown {
    return this.#failures ? this.#failures.reasonOf(index, error) : error;
  }

  rejected(index: number, attempt: Attempt | undefined, reason: unknown): void {
    this.#results.failed(index, reason);
    this.#settle(index, attempt, { status: "rejected", reason });
  }

  /** `verdict` is what `skip` gave. */
  skipped(index: number, verdict: unknown): void {
    const value = typeof verdict === "object" ? { value: (verdict as { value: unknown }).value } : undefined;
    if (this.values) this.values[index] = value?.value;
    this.#settle(index, undefined, { status: "skipped", ...value });
  }

  cancelled(index: number, attempts: number, slot?: Slot, reason = this.reasonFor(index)): void {
    const attempt =
      attempts > 0 ? { attempt: attempts, step: 0, ...(slot && { startedAt: slot.startedAt }) } : undefined;
    this.#settle(index, attempt, { status: "cancelled", reason, started: attempts > 0 });
  }

  #settle(index: number, attempt: Attempt | undefined, how: How): void {
    this.hasChanged = true;
    this.#failures?.forget(index);
    if (this.#wantsOutcomes) {
      const startedAt = attempt?.startedAt;
      const elapsed = attempt?.elapsed ?? (startedAt === undefined ? 0 : now() - startedAt);
      const data = this.#data?.get(index);
      this.#data?.delete(index);
      const outcome: Outcome<unknown> = {
        index,
        key: this.keyOf(index),
        item: this.items[index],
        ...(data !== undefined && { data }),
        attempts: attempt?.attempt ?? 0,
        elapsed,
        ...how,
      };
      if (how.status !== "rejected") this.#results.forget(index);
      if (this.outcomes) this.#results.add(outcome);
      // First, because whoever is told may ask for the item again.
      this.live?.settled(outcome);
      if (this.options.onOutcome) this.#tell(outcome);
    }
    // A source's item is needed no more, unless it may be asked for again; an array belongs to its caller.
    if (this.source && !this.live) this.items[index] = undefined;
  }

  #tell(outcome: Outcome<unknown>): void {
    const { onOutcome } = this.options;
    const told = onOutcome && this.call(onOutcome, outcome, this.items[outcome.index]);
    if (told) this.holdResult(told);
  }

  /** Gives no result before a promise has settled. */
  holdResult(promise: Promise<unknown>): void {
    this.#pending ??= [];
    this.#pending.push(promise.catch(() => {}));
  }

  keyOf(index: number): string {
    return this.itemKeys.of(index);
  }

  // ── the end ──

  /** Gives an item that is cancelled by name a reason of its own. */
  setReasonFor(index: number, reason: unknown): void {
    this.#itemReasons.set(index, reason);
  }

  /** Takes the reason why an item is cancelled: its own, or that of the run. */
  reasonFor(index: number): unknown {
    if (!this.#itemReasons.has(index)) return this.#reason;
    const own = this.#itemReasons.get(index);
    this.#itemReasons.delete(index);
    return own;
  }

  /** Returns whether an error is why the run ends. */
  isEndReason(error: unknown): boolean {
    return error === this.#reason;
  }

  /** Whether the run was ended early. */
  get isEnding(): boolean {
    return this.#reason !== NO_REASON;
  }

  /** The run was cancelled or stopped: this is why. */
  endedBy(reason: unknown): void {
    this.#reason = reason;
    this.hasChanged = true;
    this.#cancelled?.abort(reason);
  }

  /** A settled item is to be made again. */
  reopen(index: number): void {
    // What is asked for after the end is not ended by what ended the run.
    if (this.isOver) {
      this.#reason = NO_REASON;
      this.#cancelled = undefined;
      this.#wasReopened = true;
    }
    this.#results.forget(index);
    this.inputs?.forget(index);
    this.hasChanged = true;
  }

  /** Returns the indexes of rejected items. */
  rejectedItems(): number[] {
    return this.#results.rejected();
  }

  /** Forgets a settled item. */
  remove(index: number): void {
    this.itemKeys.forget(index);
    this.live?.remove(index);
    this.#results.forget(index);
    this.items[index] = undefined;
    this.hasChanged = true;
  }

  /** Gives the result, as soon as all have been told of their outcomes. */
  finish(status: number, progress: Progress | undefined): void {
    this.isOver = true;
    this.#status = STATUSES[status] ?? "failed";
    const settle = () => this.#giveResult(progress);
    if (this.#pending) void Promise.all(this.#pending).then(settle);
    else settle();
  }

  #giveResult(progress: Progress | undefined): void {
    const { result } = this.mode;
    if (result === "report") return this.#resolve(this.report(progress as Progress));
    if (this.#status === "completed") return this.#resolve(result === "value" ? this.values?.[0] : this.values);
    this.#reject(this.#whyNot());
  }

  #whyNot(): unknown {
    return this.#results.whyNot(this.#status ?? "failed", this.#reason, this.items.length, this.sourceError);
  }

  /** Resolves to the values of a run that gives a report, or rejects with why there are not all. */
  async allValues(): Promise<unknown[]> {
    const { status, values } = (await this.promise) as RunReport<unknown>;
    if (status !== "completed") throw this.#whyNot();
    return [...values];
  }

  /**
   * Returns the report as of now. Before the end, and after items were asked for again, its status is what they make of
   * it.
   */
  report(progress: Progress): RunReport<unknown> {
    const isRepaired = this.#wasReopened && !this.leadsOn && this.#results.isClean(this.items.length);
    const status = isRepaired ? "completed" : (this.#status ?? "partial");
    return this.#results.report(status, this.items.length, this.sourceError, progress);
  }
}
