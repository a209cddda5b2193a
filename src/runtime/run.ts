// One run as JavaScript sees it: the user's items and functions, and the values and errors that only JavaScript can
// hold. What is
// to be done with them, and what the run is doing, the engine knows.

import type { Outcome, Progress, RunReport } from "../npm/types.ts";
import { hasContexts, snapshot, type Within } from "./async-context.ts";
import { EXACT, now, type Timing, timingOf } from "./clock.ts";
import { StepContext, type TaskContext } from "./context.ts";
import { engine } from "./engine.ts";
import { Failures } from "./failures.ts";
import { type FastPath, newFastPath } from "./fast-path.ts";
import { type HeldPlace, parentSlot, placesOf } from "./held-places.ts";
import { ItemKeys } from "./item-keys.ts";
import { IdempotencyKeys } from "./keys.ts";
import type { Live } from "./live.ts";
import type { Mode, Result } from "./mode.ts";
import { functionNamed, type Options, textNamed } from "./options.ts";
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
  /** By index, where the run gives a report. */
  readonly outcomes: (Outcome<unknown> | undefined)[] | undefined;
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
  sourceError: { readonly error: unknown } | undefined = undefined;
  /** Whether it was opened for items to be added. */
  readonly isOpenRun: boolean;
  /** Whether items may still be added. */
  acceptsItems: boolean;
  /** Whether it has given its result. */
  isOver = false;
  readonly #itemReasons = new Map<number, unknown>();
  /** Why items failed, by index, so with holes. */
  readonly #reasons: unknown[] = [];
  #firstFailure: unknown = undefined;
  #pending: Promise<unknown>[] | undefined = undefined;
  /** Made for the first item that fails. */
  #failures: Failures | undefined = undefined;
  /** Made for the first who asks. */
  #keys: IdempotencyKeys | undefined = undefined;
  #steps: Map<string, Promise<unknown>> | undefined = undefined;
  #cancelled: AbortController | undefined = undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (reason: unknown) => void;

  /** `signals` are those of the options, unless a mode has more. */
  constructor(mode: Mode, items: unknown, signals?: readonly (AbortSignal | undefined)[]) {
    const { options } = mode;
    this.mode = mode;
    this.options = options;
    this.itemKeys = new ItemKeys(options.key as ConstructorParameters<typeof ItemKeys>[0]);
    this.signals = (signals ?? [options.signal]).filter((signal) => signal !== undefined);
    this.heldPlaces = placesOf(this.signals);
    this.within = hasContexts ? snapshot() : undefined;
    this.outcomes = mode.result === "report" ? [] : undefined;
    this.isOpenRun = this.acceptsItems = options.numbers[table.OPTION_SOURCE] === table.SOURCE_OPEN;
    this.timing = this.outcomes ? EXACT : timingOf(options);
    if (Array.isArray(items)) {
      // Their number is known: as many values are made room for at once.
      this.items = items.slice();
      this.values = this.outcomes ? undefined : new Array(items.length);
      if (options.key) for (const [index, item] of this.items.entries()) this.itemKeys.identify(item, index);
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

  /** Returns what the engine is told when the run is opened. */
  numbers(): Float64Array {
    const { options, source } = this;
    const { numbers, limiter } = options;
    numbers[table.OPTION_ITEMS] = this.items.length;
    if (source) numbers[table.OPTION_SOURCE] = table.SOURCE_PULLED;
    numbers[table.OPTION_INSPECTS] = options.skip || options.key ? 1 : 0;
    if (limiter) {
      numbers[table.OPTION_LIMITER] = limiter.id;
      numbers[table.OPTION_PARENT] = parentSlot(this.heldPlaces, limiter);
    }
    return numbers;
  }

  /** Adds items: all, or none where a key is not a new one. Returns how many. */
  append(items: readonly unknown[]): number {
    const before = this.items.length;
    try {
      for (const item of items) this.itemKeys.identify(item, this.items.push(item) - 1);
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

  idempotencyKey(index: number, isSent: boolean): string {
    return this.#itemKeysOfCalls().of(index, this.items[index], isSent);
  }

  #itemKeysOfCalls(): IdempotencyKeys {
    const make = this.options.idempotencyKey as ConstructorParameters<typeof IdempotencyKeys>[0];
    this.#keys ??= new IdempotencyKeys(make, this.mode.givenKey);
    return this.#keys;
  }

  /** Returns whether a repetition of the item's call is known not to be paid twice. */
  isKeyed(index: number): boolean {
    return this.mode.isKeyed === true || this.#keys?.isSent(index) === true;
  }

  /** Does a piece of work once an item, over its retries: what has been bought once is not bought again. */
  step(index: number, name: unknown, work: unknown, context: TaskContext | StepContext): Promise<unknown> {
    const text = textNamed("name", name);
    const call = functionNamed("work", work);
    this.#steps ??= new Map();
    const steps = this.#steps;
    const id = `${index}/${text}`;
    const known = steps.get(id);
    if (known) return known;
    const done = (async () => call(new StepContext(context, text)))();
    steps.set(id, done);
    done.catch(() => steps.get(id) === done && steps.delete(id));
    return done;
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
    this.retrying(index);
  }

  retrying(index: number): void {
    this.hasChanged = true;
    this.live?.retrying(index);
  }

  reported(index: number, fraction: number | undefined, data: unknown): void {
    this.hasChanged = true;
    this.live?.reported(index, fraction, data);
  }

  /** Forgets what was bought for an item that is to be made anew. */
  regenerate(index: number): void {
    this.#itemKeysOfCalls().renew(index);
    for (const id of this.#steps?.keys() ?? []) if (id.startsWith(`${index}/`)) this.#steps?.delete(id);
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
    if (this.#reasons.length === 0) this.#firstFailure = reason;
    this.#reasons[index] = reason;
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
    if (this.outcomes || this.options.onOutcome) {
      const startedAt = attempt?.startedAt;
      const elapsed = attempt?.elapsed ?? (startedAt === undefined ? 0 : now() - startedAt);
      const outcome: Outcome<unknown> = {
        index,
        key: this.keyOf(index),
        attempts: attempt?.attempt ?? 0,
        elapsed,
        ...how,
      };
      if (this.outcomes) this.outcomes[index] = outcome;
      if (how.status !== "rejected") delete this.#reasons[index];
      // First, because whoever is told may ask for the item again.
      this.live?.settled(outcome);
      if (this.options.onOutcome) this.#tell(outcome);
    }
    // A source's item is needed no more, unless it may be asked for again; an array belongs to its caller.
    if (this.source && !this.live) this.items[index] = undefined;
  }

  #tell(outcome: Outcome<unknown>): void {
    const { onOutcome } = this.options;
    if (!onOutcome) return;
    try {
      const item = this.items[outcome.index];
      const told = this.within ? this.within(onOutcome, outcome, item) : onOutcome(outcome, item);
      if (told === undefined) return;
      this.#pending ??= [];
      this.#pending.push(Promise.resolve(told).catch(reportUncaught));
    } catch (error) {
      reportUncaught(error);
    }
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
    }
    delete this.outcomes?.[index];
    delete this.#reasons[index];
    this.hasChanged = true;
  }

  /** All rejected items are to be made again. */
  reopenFailed(): void {
    this.outcomes?.forEach((outcome, index) => {
      if (outcome?.status === "rejected") this.reopen(index);
    });
  }

  /** Gives the result, as soon as all have been told of their outcomes. */
  finish(status: number, progress: Progress | undefined): void {
    this.isOver = true;
    const settle = () => this.#giveResult(this.mode.result, status, progress);
    if (this.#pending) void Promise.all(this.#pending).then(settle);
    else settle();
  }

  #giveResult(result: Result, status: number, progress: Progress | undefined): void {
    if (result === "report") return this.#resolve(this.#report(status, progress as Progress));
    if (status === table.STATUS_COMPLETED) return this.#resolve(result === "value" ? this.values?.[0] : this.values);
    if (status === table.STATUS_CANCELLED) return this.#reject(this.#reason);
    if (this.sourceError) return this.#reject(this.sourceError.error);
    this.#reject(status === table.STATUS_FAILED ? this.#firstFailure : this.#allFailures());
  }

  #allFailures(): AggregateError | undefined {
    const errors = this.#reasons.filter((_, index) => index in this.#reasons);
    const items = errors.length;
    if (this.sourceError) errors.unshift(this.sourceError.error);
    if (errors.length === 0) return undefined;
    const what = items > 0 ? `${items} of ${this.items.length} items failed` : "no item failed";
    return new AggregateError(errors, this.sourceError ? `${what}, but their source did` : what);
  }

  #report(status: number, progress: Progress): RunReport<unknown> {
    const outcomes = (this.outcomes ?? []).slice() as Outcome<unknown>[];
    const values = outcomes.flatMap((outcome) => (outcome && "value" in outcome ? [outcome.value] : []));
    return { status: STATUSES[status] ?? "failed", outcomes, values, error: this.#allFailures(), progress };
  }
}
