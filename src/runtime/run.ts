// The JavaScript side of a run: the user's items and functions, values and errors. The rules and the state of the run
// are in the engine.

import type { Outcome, Progress, RunReport } from "../npm/types.ts";
import { type InContext, snapshot } from "./async-context.ts";
import { EXACT, now, type Timing, timingOf } from "./clock.ts";
import { engine } from "./engine.ts";
import { Failures } from "./failures.ts";
import { type FastPath, newFastPath } from "./fast-path.ts";
import { Inputs } from "./inputs.ts";
import { ItemKeys } from "./item-keys.ts";
import { attach, type Journaling } from "./journaling.ts";
import { KeysAndSteps } from "./keys-and-steps.ts";
import type { Live } from "./live.ts";
import type { Mode } from "./mode.ts";
import type { Options } from "./options.ts";
import { type Attempt, type How, Outcomes, type SourceError, type Status } from "./outcomes.ts";
import { askPriorities } from "./priorities.ts";
import { type HeldPlace, placesOf } from "./signals/places.ts";
import type { Slot } from "./slot.ts";
import { Source } from "./sources.ts";
import * as table from "./table.ts";
import type { Unread } from "./unread.ts";
import { reportUncaught } from "./values.ts";

/** Means that there is no reason. No error equals it. */
const NO_REASON = Symbol("no reason");

const STATES = ["running", "paused", "cancelling", "finished"] as const;
export type RunState = (typeof STATES)[number];
const STATUSES = ["completed", "partial", "cancelled", "failed"] as const;

export class Run {
  /** Id in the engine; -1 before it is opened and after it is discarded. */
  id = -1;
  readonly mode: Mode;
  readonly options: Options;
  readonly items: unknown[] = [];
  readonly itemKeys: ItemKeys;
  readonly source: Source | undefined;
  /** Each of these signals cancels the run. */
  readonly signals: readonly AbortSignal[];
  readonly heldPlaces: readonly HeldPlace[];
  /** Calls a function in the async context of the start. Undefined where there are no such contexts. */
  readonly inContext: InContext | undefined;
  readonly timing: Timing;
  readonly promise: Promise<unknown>;
  /** Values by index, if the run resolves to values. */
  readonly values: unknown[] | undefined;
  readonly #results = new Outcomes();
  /** Outcomes by index, if the run resolves to a report. */
  readonly outcomes: readonly (Outcome<unknown> | undefined)[] | undefined;
  /** Idempotency keys and steps of the items. */
  readonly keysAndSteps: KeysAndSteps;
  /** Stores calls and results, if the run has a journal. */
  readonly journaling: Journaling | undefined;
  /** The inputs of items, if the run has `after`. */
  readonly inputs: Inputs | undefined;
  /** Items that somebody waits for and that have not been read, if there are any. */
  unread: Unread | undefined = undefined;
  /** Priorities that were not reported to the engine yet. */
  priorities: readonly number[] | undefined = undefined;
  readonly fastPath: FastPath = newFastPath();
  /** Whether an item only needs its task called and its value stored. */
  isPlain = false;
  /** Whether there is a change that watchers have not been notified of. */
  hasChanged = false;
  /** The state for watchers, if the run has a handle. */
  live: Live | undefined = undefined;
  /** Reasons of abandoned attempts, by serial number. */
  abandoned: Map<number, unknown> | undefined = undefined;
  /** Why the run, or an item that was requested after its end, ended early. */
  #reason: unknown = NO_REASON;
  /** Error of the source. */
  sourceError: SourceError = undefined;
  /** Whether the run has finished. */
  isOver = false;
  readonly #itemReasons = new Map<number, unknown>();
  /** Why the run ended early at its first end. */
  #firstReason: unknown = undefined;
  /** The status of the first end. */
  #status: Status | undefined = undefined;
  /** Data that unsettled items reported last. */
  #data: Map<number, unknown> | undefined = undefined;
  /** Promises that the result waits for. */
  #pending: Set<Promise<unknown>> | undefined = undefined;
  /** Created for the first failed item. */
  #failures: Failures | undefined = undefined;
  #cancelled: AbortController | undefined = undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (reason: unknown) => void;

  /** `signals` are the signals that cancel the run. @default the one of the options */
  constructor(mode: Mode, items: unknown, signals?: readonly (AbortSignal | undefined)[]) {
    const { options } = mode;
    this.mode = mode;
    this.options = options;
    this.itemKeys = new ItemKeys(options.key as ConstructorParameters<typeof ItemKeys>[0]);
    this.inputs = options.after ? new Inputs() : undefined;
    this.keysAndSteps = new KeysAndSteps(mode);
    this.signals = (signals ?? [options.signal]).filter((signal) => signal !== undefined);
    this.heldPlaces = placesOf(this.signals);
    this.journaling = options.journal && attach(this, options.journal);
    this.inContext = snapshot();
    this.outcomes = mode.result === "report" ? this.#results.list : undefined;
    this.timing = this.outcomes ? EXACT : timingOf(options);
    if (Array.isArray(items)) {
      // The number of values is known, so they are allocated at once.
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

  /** Adds all items, or none if a key is not new. Returns their number. */
  append(items: readonly unknown[]): number {
    const before = this.items.length;
    try {
      for (const item of items) this.itemKeys.identify(item, this.items.push(item) - 1);
      askPriorities(this, before);
    } catch (error) {
      for (let index = before; index < this.items.length; index++) this.itemKeys.discard(index);
      this.items.length = before;
      throw error;
    }
    return items.length;
  }

  // ── used by attempts ──

  cancelledSignal(): AbortSignal {
    if (this.#cancelled === undefined) {
      this.#cancelled = new AbortController();
      if (this.#reason !== NO_REASON) this.#cancelled.abort(this.#reason);
    }
    return this.#cancelled.signal;
  }

  lastError(index: number): unknown {
    return this.#failures?.lastError(index);
  }

  takeLastFailure(index: number) {
    return this.#failures?.takeLast(index);
  }

  /** Stores the failure of an attempt that is followed by another one. */
  keepFailure(index: number, error: unknown, elapsed: number, pauses: boolean): void {
    this.#failures ??= new Failures();
    this.#failures.add(index, { error, elapsed, pauses });
  }

  /** Reports that an item waits for its next attempt. */
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

  /** Calls a function in the async context in which the run was started. */
  callInContext<A extends unknown[], R>(callback: (...args: A) => R, ...args: A): R {
    return this.inContext ? this.inContext(callback, ...args) : callback(...args);
  }

  /** Calls a callback of the user. Its errors and rejections are reported and do not harm the run. */
  call<A extends unknown[]>(callback: (...args: A) => unknown, ...args: A): Promise<unknown> | undefined {
    try {
      const result = this.callInContext(callback, ...args);
      return result === undefined ? undefined : Promise.resolve(result).catch(reportUncaught);
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

  /** Returns the reason of a rejected item: a RetryError if several attempts failed. */
  reasonOf(index: number, error: unknown): unknown {
    return this.#failures ? this.#failures.reasonOf(index, error) : error;
  }

  rejected(index: number, attempt: Attempt | undefined, reason: unknown): void {
    this.#results.failed(index, reason);
    this.#settle(index, attempt, { status: "rejected", reason });
  }

  /** Gives an item its outcome in a journal. */
  restored(index: number, attempt: number, how: How & { status: "fulfilled" | "rejected" }): void {
    if (how.status === "rejected") this.#results.failed(index, how.reason);
    else if (this.values) this.values[index] = how.value;
    this.#settle(index, { attempt, step: 0, elapsed: 0 }, { ...how, restored: true });
  }

  /** `verdict` is the result of `skip`. */
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
    this.#failures?.discard(index);
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
      if (how.status !== "rejected") this.#results.discard(index);
      if (this.outcomes) this.#results.add(outcome);
      // First, because `onOutcome` may retry the item.
      this.live?.settled(outcome);
      if (this.options.onOutcome) this.#reportOutcome(outcome);
    }
    // Frees an item of a source, unless it may be retried.
    if (this.source && !this.live) this.items[index] = undefined;
  }

  #reportOutcome(outcome: Outcome<unknown>): void {
    const { onOutcome } = this.options;
    const promise = onOutcome && this.call(onOutcome, outcome, this.items[outcome.index]);
    if (promise) this.holdResult(promise);
  }

  /** Delays the result until a promise has settled. */
  holdResult(promise: Promise<unknown>): void {
    this.#pending ??= new Set();
    const pending = this.#pending;
    const drop = () => void pending.delete(done);
    const done: Promise<void> = promise.then(drop, drop);
    pending.add(done);
  }

  /** Number of items that were not removed. */
  get #present(): number {
    return this.items.length - this.itemKeys.removed;
  }

  keyOf(index: number): string {
    return this.itemKeys.of(index);
  }

  // ── the end ──

  /** Stores the reason of an item that is cancelled by name. */
  setReasonFor(index: number, reason: unknown): void {
    this.#itemReasons.set(index, reason);
  }

  /** Removes and returns the reason of a cancelled item: its own, or that of the run. */
  reasonFor(index: number): unknown {
    if (!this.#itemReasons.has(index)) return this.#reason;
    const own = this.#itemReasons.get(index);
    this.#itemReasons.delete(index);
    return own;
  }

  isEndReason(error: unknown): boolean {
    return error === this.#reason;
  }

  get isEnding(): boolean {
    return this.#reason !== NO_REASON;
  }

  endedBy(reason: unknown): void {
    this.#reason = reason;
    this.hasChanged = true;
    this.#cancelled?.abort(reason);
    this.unread?.end(() => reason);
  }

  /** Prepares a settled item for another attempt. */
  reopen(index: number): void {
    // The reason of the end does not apply to items that are retried after it.
    if (this.isOver) {
      this.#reason = NO_REASON;
      this.#cancelled = undefined;
    }
    this.#results.discard(index);
    this.inputs?.discard(index);
    this.hasChanged = true;
  }

  rejectedItems(): number[] {
    return this.#results.rejected();
  }

  /** Discards a settled item and its data. */
  remove(index: number): void {
    this.journaling?.removed(index);
    this.itemKeys.remove(index);
    this.live?.remove(index);
    this.#results.discard(index);
    this.inputs?.discard(index);
    this.keysAndSteps.remove(index);
    delete this.items[index];
    this.hasChanged = true;
  }

  /** Resolves the run when all promises of `onOutcome` have settled. */
  finish(status: number, progress: Progress | undefined): void {
    this.isOver = true;
    this.#firstReason = this.#reason;
    this.#status = STATUSES[status] ?? "failed";
    this.journaling?.finished(this.#status === "completed");
    const settle = () => this.#giveResult(progress);
    if (this.#pending?.size) void Promise.all(this.#pending).then(settle);
    else settle();
  }

  /** Lets other pages work on the journal. */
  closeJournal(): void {
    this.journaling?.finished(engine.engine_status(this.id) === table.STATUS_COMPLETED);
  }

  #giveResult(progress: Progress | undefined): void {
    const { result } = this.mode;
    if (result === "report") return this.#resolve(this.report(progress as Progress));
    if (this.#status === "completed") return this.#resolve(result === "value" ? this.values?.[0] : this.values);
    this.#reject(this.#whyNot());
  }

  #whyNot(): unknown {
    return this.#results.whyNot(this.#status ?? "failed", this.#firstReason, this.#present, this.sourceError);
  }

  /** Resolves to the values of a run with a report, or rejects if not all items have one. */
  async allValues(): Promise<unknown[]> {
    const { status, values } = (await this.promise) as RunReport<unknown>;
    if (status !== "completed") throw this.#whyNot();
    return [...values];
  }

  /** Returns the report at this moment. Before the end its status is "partial". */
  report(progress: Progress): RunReport<unknown> {
    // The engine keeps runs with a handle, because retries may complete them.
    const current = this.id < 0 ? undefined : STATUSES[engine.engine_status(this.id)];
    const status = current ?? this.#status ?? "partial";
    return this.#results.report(status, this.#present, this.sourceError, progress);
  }
}
