// A run with a journal: stores each call before it is made and each result before it counts, and restores what the
// journal has. What a record means is decided by the engine (core/journal.rs).

import type { Journal } from "../npm/types.ts";
import type { TaskContext } from "../runtime/context.ts";
import type { Host, Journaling } from "../runtime/journaling.ts";
import type { Run } from "../runtime/run.ts";
import type { Slot } from "../runtime/slot.ts";
import * as table from "../runtime/table.ts";
import { property } from "../runtime/values.ts";

/** What is stored of an item or a step, but for its key and the time. */
export interface Stored {
  readonly idempotencyKey: string;
  readonly repeatable: boolean;
  readonly status: "started" | "waiting" | "fulfilled" | "rejected";
  readonly value?: unknown;
  readonly reason?: unknown;
  readonly attempts: number;
}

/** Returns a new entry, or `undefined` to keep the old one. Entries of runs inside the item have no `step` here. */
export type Change = (stored: Stored, step: string | undefined) => Stored | undefined;

/** The entries of a journal, or of the part that belongs to a nested run. */
export interface Records {
  /** The records of the journal itself. */
  readonly root: object;
  /** Reads the entries. `onError` gets what cannot be read or stored. Rejects if another page has the journal. */
  open(owner: object, host: Host, onError: (error: unknown) => void): Promise<void>;
  /** Calls a task of a run that works on the journal. */
  calling<T>(work: () => T): T;
  get(key: string, step?: string): Stored | undefined;
  /** Resolves when the entry is stored, or could not be. */
  put(key: string, step: string | undefined, stored: Stored): Promise<void>;
  /** Changes entries of the steps of an item, and of the runs inside it. */
  change(key: string, by: Change): void;
  /** Drops what is known of an item that is removed. Its entries stay stored. */
  discard(key: string): void;
  /** Returns the journal of the nested runs of an item or a step. */
  scope(key: string, step?: string): Journal;
  /** The run has finished. */
  close(owner: object, isCompleted: boolean): void;
  /** Returns the error for a call that may have been made before. */
  unconfirmed(key: string): Error;
  /** Returns what stores for a run. */
  attach(run: Run, host: Host): Journaling;
}

const KINDS = {
  waiting: table.RECORD_WAITING,
  fulfilled: table.RECORD_FULFILLED,
  rejected: table.RECORD_REJECTED,
  started: table.RECORD_STARTED,
} as const;

const numberOf = ({ status, repeatable, value }: Stored): number =>
  KINDS[status] | (repeatable ? table.RECORD_REPEATABLE : 0) | (value === undefined ? 0 : table.RECORD_HAS_VALUE);

/** The step of a preparation in order. The commit has the entry of the item. */
const PREPARE = "sluicegate:prepare";
/** The entry of what is made anew: the old key would give the old result. */
const ANEW: Stored = { idempotencyKey: "", repeatable: false, status: "waiting", attempts: 0 };
const isOpen = ({ status }: Stored): boolean => status === "rejected" || status === "started";
const again = ({ idempotencyKey, repeatable, attempts }: Stored): Stored => ({
  idempotencyKey,
  repeatable,
  status: "waiting",
  attempts,
});
/** What has failed in nested runs, and may be made again unasked. */
const failedInside: Change = (stored, step) =>
  step === undefined && stored.status === "rejected" && stored.repeatable ? again(stored) : undefined;

export class RunJournaling implements Journaling {
  readonly #run: Run;
  readonly #records: Records;
  readonly #host: Host;
  #isOpen = false;
  /** Number of items that were given what the journal has of them. */
  #restored = 0;
  /** The turn of the run at the journal, from its opening to its end. */
  #turn: object | undefined = undefined;
  /** Items that were asked for after the end, before the journal was read again, with the arguments of `asked`. */
  readonly #asked = new Map<number, { isNew: boolean; isAgain: boolean }>();
  marks: Promise<void> | undefined = undefined;
  /** Steps whose last call has failed, by item. */
  readonly #failedSteps = new Map<number, Set<string>>();
  /** Items with nested runs. */
  readonly #outer = new Set<number>();
  /** Items about which the server is asked first. They were not checked. */
  readonly #asking = new Set<number>();
  /** The attempt that was made last, by item: what an earlier one still does is not stored. */
  readonly #newest = new Map<number, number>();

  constructor(run: Run, records: Records, host: Host) {
    this.#run = run;
    this.#records = records;
    this.#host = host;
  }

  get root(): object {
    return this.#records.root;
  }

  /** Reads the journal, again when a finished run goes on. Until then nothing of the run starts. */
  open(): void {
    const turn = {};
    this.#turn = turn;
    this.#host.engineOf(this.#run).engine_hold(this.#run.id, Infinity, this.#host.now());
    void this.#records
      .open(turn, this.#host, (error) => this.#report(error))
      .then(
        () => this.#turn === turn && this.#opened(),
        (error) => this.#turn === turn && this.#refused(error),
      )
      .catch(this.#host.reportUncaught)
      .then(() => {
        if (this.#run.id < 0) return;
        this.#host.engineOf(this.#run).engine_hold(this.#run.id, 0, this.#host.now());
        this.#run.hasChanged = true;
        this.#host.drainSoon();
      });
  }

  #opened(): void {
    this.#isOpen = true;
    this.restore(this.#restored, this.#run.items.length);
    this.#restored = this.#run.items.length;
    for (const [index, { isNew, isAgain }] of this.#asked) {
      // Another page may have made the item since.
      const isMade = this.#records.get(this.#run.keyOf(index))?.status === "fulfilled";
      if (isMade && !isAgain) this.restore(index, index + 1);
      else this.#ask(index, isNew);
    }
    this.#asked.clear();
  }

  #refused(error: unknown): void {
    const run = this.#run;
    this.#asked.clear();
    if (run.isOver) {
      if (this.#host.engineOf(run).engine_cancel(run.id, this.#host.now())) run.endedBy(error);
      return;
    }
    run.sourceError ??= { error };
    if (this.#host.engineOf(run).engine_source_failed(run.id) !== 0) run.endedBy(error);
  }

  #report(error: unknown): void {
    const { onJournalError } = this.#run.options;
    if (onJournalError) this.#run.call(onJournalError, error);
    else this.#host.reportUncaught(error);
  }

  // ── what the journal has ──

  /** Gives items what the journal has of them. */
  restore(from: number, to: number): void {
    if (!this.#isOpen || this.#run.isEnding) return;
    this.#restored = to;
    const unconfirmed: (() => void)[] = [];
    for (let index = from; index < to; index++) this.#restoreSteps(index, unconfirmed);
    // After all of them are restored, because a rejection may stop the run.
    for (const rejectIt of unconfirmed) rejectIt();
  }

  #restoreSteps(index: number, unconfirmed: (() => void)[]): void {
    const key = this.#run.keyOf(index);
    const steps = this.#run.mode.stepName ? [PREPARE, undefined] : [undefined];
    for (const [at, step] of steps.entries()) {
      const stored = this.#records.get(key, step);
      if (!stored) continue;
      if (stored.idempotencyKey) this.#run.keysAndSteps.restoreKey(index, stored.idempotencyKey);
      this.#restore(index, at, key, stored, unconfirmed);
    }
  }

  #restore(index: number, step: number, key: string, stored: Stored, unconfirmed: (() => void)[]): void {
    const run = this.#run;
    const isLast = !run.mode.stepName || step === 1;
    let record = numberOf(stored);
    let { value } = stored;
    try {
      if (stored.status === "fulfilled" && run.mode.accept) value = run.mode.accept(index, step, value);
    } catch (error) {
      this.#report(error);
      record = table.RECORD_STARTED; // somebody has to look at it
    }
    switch (this.#host.engineOf(run).engine_restore(run.id, index, step, record, this.#host.now())) {
      case table.RESTORED_FULFILLED:
        if (isLast) run.restored(index, stored.attempts, { status: "fulfilled", value });
        break;
      case table.RESTORED_REJECTED:
        run.restored(index, stored.attempts, { status: "rejected", reason: stored.reason });
        break;
      case table.RESTORED_ASKS:
        this.#asking.add(index);
        run.keepFailure(index, this.#records.unconfirmed(key), 0, false);
        break;
      case table.RESTORED_UNCONFIRMED:
        unconfirmed.push(() => this.#unconfirmed(index, { attempt: stored.attempts, step }));
        break;
      default:
        if (stored.status === "rejected") this.#records.change(key, failedInside);
    }
  }

  /** Rejects an item whose call may have been made, unless `retry.classify` has it made again. */
  #unconfirmed(index: number, attempt: { attempt: number; step: number }): void {
    const run = this.#run;
    const error = this.#records.unconfirmed(run.keyOf(index));
    const decision = this.#host.decide(run, index, attempt, error);
    if (decision === table.DECISION_RETRY) {
      if (this.#host.engineOf(run).engine_retry_item(run.id, index, 0, this.#host.now()) !== 0) {
        return this.#ask(index, false);
      }
    }
    this.#host.reject(run, index, attempt, error, decision === table.DECISION_PAUSE);
  }

  // ── what is stored ──

  /** Makes the call of an attempt: not before the journal has it. The result counts when the journal has that. */
  async call(slot: Slot, context: TaskContext, work: () => unknown): Promise<unknown> {
    const { index, step, serial, attempt, reconciles } = slot;
    const run = this.#run;
    const stepName = this.#entryOf(step);
    const isNewest = () => this.#newest.get(index) === serial;
    this.#newest.set(index, serial);
    if (!reconciles) {
      if (this.#asking.delete(index)) await run.inputs?.complete(run, index);
      const before = this.#records.get(run.keyOf(index), stepName);
      await this.#put(index, stepName, { status: "started", attempts: attempt, ...earlier(before) });
      if (slot.serial !== serial || this.#host.engineOf(run).engine_may_send(slot.number) === 0) {
        const waiting: Entry = { status: "waiting", attempts: attempt - 1, ...earlier(before) };
        const unsent = before?.status === "fulfilled" ? before : waiting;
        if (isNewest()) await this.#put(index, stepName, unsent);
        throw run.reasonFor(index);
      }
    }
    const result = await this.#records.calling(() => run.callInContext(work));
    if (!isNewest()) return result;
    // The result is there: no time limit may end the attempt while it is stored.
    if (slot.serial === serial) this.#host.engineOf(run).engine_stop_clock(slot.number);
    if (reconciles) {
      const { found, value } = (result ?? {}) as { found?: unknown; value?: unknown };
      if (found === true) await this.#put(index, stepName, { status: "fulfilled", attempts: attempt, value });
    } else if (result === this.#host.SKIP) await this.#put(index, stepName, { status: "waiting", attempts: attempt });
    else await this.#put(index, stepName, { status: "fulfilled", attempts: attempt, value: result });
    return result;
  }

  /** Stores what the engine has decided after a failure. `record` is `STARTED` if the work may have been done. */
  failed(index: number, step: number, attempts: number, after: number, record: number, reason: unknown): void {
    // Nobody knows whether the call was made: it stays "started", until somebody asks for the item again.
    if (property(reason, "name") === "UnconfirmedError") {
      if (after === table.FAILURE_RETRYING) this.#repeatSteps(index);
      return;
    }
    if (record !== table.RECORD_STARTED) {
      const name = this.#entryOf(step);
      const isRejected = (record & table.RECORD_KIND) === table.RECORD_REJECTED;
      const repeatable = (record & table.RECORD_REPEATABLE) !== 0;
      const change: Entry = isRejected
        ? { status: "rejected", reason, attempts, repeatable }
        : { status: "waiting", attempts, ...earlier(this.#records.get(this.#run.keyOf(index), name)) };
      this.#run.holdResult(this.#put(index, name, change));
    }
    // After a cancel nobody has asked for the steps again.
    if (after !== table.FAILURE_CANCELLED) this.#repeatSteps(index);
    if (after === table.FAILURE_RETRYING && this.#outer.has(index)) {
      this.#records.change(this.#run.keyOf(index), failedInside);
    }
  }

  /**
   * What has failed inside an item, or what nobody has confirmed, may be made again: all of it, where the item `isNew`.
   * An item that has a value is only made again if it `isAgain`.
   */
  asked(index: number, isNew: boolean, isAgain: boolean): void {
    if (this.#isOpen) this.#ask(index, isNew);
    else this.#asked.set(index, { isNew, isAgain });
  }

  #ask(index: number, isNew: boolean): void {
    this.#repeatSteps(index);
    this.#records.change(this.#run.keyOf(index), (stored, step) => {
      if (isNew) return step === PREPARE ? undefined : ANEW;
      return step === undefined && isOpen(stored) ? again(stored) : undefined;
    });
  }

  #repeatSteps(index: number): void {
    const key = this.#run.keyOf(index);
    for (const name of this.#failedSteps.get(index) ?? []) {
      const idempotencyKey = `${this.#run.keysAndSteps.key(index, this.#run.items[index], false)}/${name}`;
      void this.#records.put(key, name, { idempotencyKey, repeatable: false, status: "waiting", attempts: 0 });
    }
    this.#failedSteps.delete(index);
  }

  /** Marks an item or a step as one that may be repeated, because its key was read or its parts are stored. */
  mark(index: number, step?: string): void {
    const key = this.#run.keyOf(index);
    const name = step ?? this.#stepNow(index);
    const stored = this.#records.get(key, name);
    if (stored?.status !== "started" || stored.repeatable) return;
    const marks = this.#records.put(key, name, { ...stored, repeatable: true });
    this.marks = marks;
    void marks.then(() => {
      if (this.marks === marks) this.marks = undefined;
    });
  }

  /** In order, the step that was stored last: the one that runs. */
  #stepNow(index: number): string | undefined {
    if (!this.#run.mode.stepName) return undefined;
    return this.#records.get(this.#run.keyOf(index)) ? undefined : PREPARE;
  }

  #entryOf(step: number): string | undefined {
    return this.#run.mode.stepName?.(step) === "prepare" ? PREPARE : undefined;
  }

  /**
   * Makes a step of a task, or returns its stored result. One that `isRepeatable` is made again if nobody knows whether
   * it was made.
   */
  async step(index: number, name: string, work: () => unknown, isRepeatable = false): Promise<unknown> {
    const run = this.#run;
    const key = run.keyOf(index);
    const idempotencyKey = `${run.keysAndSteps.key(index, run.items[index], false)}/${name}`;
    this.mark(index);
    const stored = this.#records.get(key, name);
    if (stored) {
      const restored = this.#host.engine.engine_restored_step(numberOf(stored));
      if (restored === table.RESTORED_FULFILLED) return stored.value;
      if (restored === table.RESTORED_UNCONFIRMED) {
        this.#failed(index, name);
        throw this.#records.unconfirmed(`${key}/${name}`);
      }
    }
    const mayRepeat = isRepeatable || run.keysAndSteps.isDeclaredRepeatable(index);
    const own = { idempotencyKey, repeatable: mayRepeat, attempts: 1 };
    await this.#records.put(key, name, { ...own, status: "started" });
    try {
      const value = await this.#records.calling(work);
      const repeatable = this.#records.get(key, name)?.repeatable ?? mayRepeat;
      await this.#records.put(key, name, { ...own, repeatable, status: "fulfilled", value });
      return value;
    } catch (error) {
      this.#failed(index, name);
      throw error;
    }
  }

  #failed(index: number, name: string): void {
    const names = this.#failedSteps.get(index) ?? new Set();
    this.#failedSteps.set(index, names.add(name));
  }

  /** Returns the journal of the runs inside an item or a step. */
  scope(index: number, step?: string): Journal {
    this.mark(index, step);
    this.#outer.add(index);
    return this.#records.scope(this.#run.keyOf(index), step);
  }

  /** An item was removed. One that is added with its key is another one. */
  removed(index: number): void {
    for (const kept of [this.#failedSteps, this.#outer, this.#newest, this.#asking]) kept.delete(index);
    this.#records.discard(this.#run.keyOf(index));
  }

  finished(isCompleted: boolean): void {
    const turn = this.#turn;
    this.#turn = undefined;
    this.#isOpen = false;
    if (turn) this.#records.close(turn, isCompleted);
  }

  #put(index: number, step: string | undefined, change: Entry): Promise<void> {
    const run = this.#run;
    const key = run.keyOf(index);
    const idempotencyKey = run.keysAndSteps.key(index, run.items[index], false);
    const before = this.#records.get(key, step);
    const isRepeatable = run.keysAndSteps.isRepeatable(index);
    const repeatable = isRepeatable || (before?.idempotencyKey === idempotencyKey && before.repeatable);
    return this.#records.put(key, step, { idempotencyKey, repeatable, ...change });
  }
}

/** Returns the value that an item keeps until it has another one. */
const earlier = (before: Stored | undefined) => (before?.value === undefined ? {} : { value: before.value });

type Entry = Pick<Stored, "status" | "value" | "reason" | "attempts"> & { readonly repeatable?: boolean };
