// The entries of a journal while a run works on it. All that is stored passes through here.

import type { Journal } from "../npm/types.ts";
import { JOURNAL } from "../runtime/journal-mark.ts";
import type { Host, Journaling } from "../runtime/journaling.ts";
import type { Run } from "../runtime/run.ts";
import * as table from "../runtime/table.ts";
import { JournalEntryError, restoredReason, storedReason, UnconfirmedError } from "./errors.ts";
import { type Change, type Records, RunJournaling, type Stored } from "./journaling.ts";
import { Appender, loadPatiently } from "./patience.ts";
import type { JournalEntry, JournalStore } from "./types.ts";

/** Returns what runs take as the option `journal`. */
export const journalOf = <T extends object>(records: Records, others?: T): Journal & T =>
  ({ ...others, [JOURNAL]: records }) as unknown as Journal & T;

/** The key of the entry of the run itself. */
const RUN = "";
const STATUSES: readonly unknown[] = ["started", "waiting", "fulfilled", "rejected"];
/** What is known of an entry that cannot be read: the call may have been made. */
const UNREADABLE: Stored = { idempotencyKey: "", repeatable: false, status: "started", attempts: 0 };

/** Escapes a key, so that no two paths have the same text, and none that of the run. */
const escaped = (key: string): string => (key === "" ? "%" : key.replaceAll("%", "%25").replaceAll("/", "%2F"));
/** The place of the runs inside an item or a step. */
const placeIn = (key: string, step?: string): string =>
  step === undefined ? escaped(key) : `${escaped(key)}/%:${escaped(step)}`;

/** Returns the first part of a path. */
const rootOf = (key: string): string => key.split("/", 1)[0] as string;

/** How the store of a journal is used. */
interface Manner {
  /** Returns the error of a second run of the page, if that is not to wait. */
  readonly busy?: (() => Error) | undefined;
  /**
   * Returns whether an error of `load` means that nothing can be stored here, so that a run has nothing to lose by
   * going on in memory. After other errors the entries are read again. Without this function, a run fails at
   * the first error.
   */
  readonly hasNoStorage?: ((error: unknown) => boolean) | undefined;
}

interface Kept {
  readonly key: string;
  readonly step: string | undefined;
  readonly stored: Stored;
}

export class JournalRecords implements Records {
  readonly #store: JournalStore;
  readonly #appender: Appender;
  readonly #manner: Manner;
  readonly #entries = new Map<string, Kept>();
  /** The names of entries of steps and nested runs, by the item of the run around them. */
  readonly #nested = new Map<string, Set<string>>();
  /** Ends the turn of a run, by the run. One at a time works on the journal. */
  readonly #turns = new Map<object, () => void>();
  #lastTurn = Promise.resolve();
  #owner: object | undefined = undefined;
  #onError: (error: unknown) => void = () => {};
  /** Whether a task of a run that works on the journal is being called. */
  #isCalling = false;
  /** The arguments with which the run was started, by `useRun`. */
  input: readonly unknown[] | undefined = undefined;
  /** Settles when the run that opened the journal last has read it; `undefined` if none has. For `serveRuns`. */
  opened: Promise<void> | undefined = undefined;

  constructor(store: JournalStore, manner: Manner) {
    this.#store = store;
    this.#appender = new Appender(store);
    this.#manner = manner;
  }

  get root(): object {
    return this;
  }

  open(owner: object, host: Host, onError: (error: unknown) => void): Promise<void> {
    this.opened = this.#open(owner, host, onError);
    return this.opened;
  }

  async #open(owner: object, host: Host, onError: (error: unknown) => void): Promise<void> {
    if (this.#manner.busy && this.#turns.size > 0) throw this.#manner.busy();
    const before = this.#lastTurn;
    const turn = new Promise<void>((end) => this.#turns.set(owner, end));
    this.#lastTurn = before.then(() => turn);
    const slow = this.#turns.size > 1 ? setTimeout(() => warnOfWait(host), table.JOURNAL_STORE_LIMIT) : undefined;
    await before;
    clearTimeout(slow);
    if (!this.#turns.has(owner)) return;
    this.#owner = owner;
    this.#onError = onError;
    await this.#store.open?.();
    const entries = this.#owner === owner ? await this.#load(owner, host) : [];
    // The run may have been cancelled meanwhile.
    if (this.#owner === owner) await this.#begin(entries);
  }

  async #begin(entries: readonly JournalEntry[]): Promise<void> {
    this.#clear();
    for (const entry of entries) {
      try {
        this.#read(entry);
      } catch {
        this.#onError(new JournalEntryError("an entry of the journal throws when it is read", entry));
      }
    }
    const before = this.at(RUN);
    const value = this.input ?? before?.value;
    const own = { idempotencyKey: "", repeatable: true, attempts: 0 };
    if (before?.status !== "started" || this.input)
      await this.store(RUN, undefined, { ...own, status: "started", value });
  }

  /** Returns the arguments of the run that has not completed, or `undefined` if there is none. */
  async unfinished(): Promise<readonly unknown[] | undefined> {
    const entries = await this.#store.load();
    const run = entries.find(({ key, step }) => key === RUN && step === undefined);
    if (run?.status !== "started") return undefined;
    return Array.isArray(run.value) ? run.value : [];
  }

  async #load(owner: object, { engine }: Host): Promise<readonly JournalEntry[]> {
    const { hasNoStorage } = this.#manner;
    if (!hasNoStorage) return this.#store.load();
    try {
      return await loadPatiently(this.#store, {
        pause: (failures, error) => (hasNoStorage(error) ? NaN : engine.engine_load_pause(failures)),
        isWanted: () => this.#owner === owner,
        report: (error) => this.#onError(error),
      });
    } catch (error) {
      if (!hasNoStorage(error)) throw error;
      this.#onError(error);
      return [];
    }
  }

  /** Reads an entry. One that cannot be understood counts as a call that may have been made. */
  #read(entry: unknown): void {
    const { key, step, idempotencyKey, repeatable, status, value, reason, attempts } = Object(entry);
    if (typeof key !== "string" || !(step === undefined || typeof step === "string")) {
      return this.#onError(new JournalEntryError("an entry of the journal has no key", entry));
    }
    const isReadable = STATUSES.includes(status) && typeof idempotencyKey === "string";
    if (!isReadable) this.#onError(new JournalEntryError(`the entry of ${JSON.stringify(key)} cannot be read`, entry));
    const stored: Stored = {
      idempotencyKey,
      repeatable: repeatable === true,
      status,
      value,
      ...(status === "rejected" && { reason: restoredReason(reason) }),
      attempts: Number.isInteger(attempts) && attempts > 0 ? attempts : 0,
    };
    this.#keep(key, step, isReadable ? stored : UNREADABLE);
  }

  #keep(key: string, step: string | undefined, stored: Stored): void {
    const name = nameOf(key, step);
    this.#entries.set(name, { key, step, stored });
    const root = rootOf(key);
    if (step === undefined && root === key) return;
    const nested = this.#nested.get(root) ?? new Set();
    this.#nested.set(root, nested.add(name));
  }

  get(key: string, step?: string): Stored | undefined {
    return this.at(escaped(key), step);
  }

  put(key: string, step: string | undefined, stored: Stored): Promise<void> {
    return this.store(escaped(key), step, stored);
  }

  change(key: string, by: Change): void {
    this.changeIn(escaped(key), by);
  }

  discard(key: string): void {
    const place = escaped(key);
    for (const name of this.#nested.get(place) ?? []) this.#entries.delete(name);
    this.#nested.delete(place);
    this.#entries.delete(nameOf(place, undefined));
  }

  /** Returns the entry of a place. */
  at(place: string, step?: string): Stored | undefined {
    return this.#entries.get(nameOf(place, step))?.stored;
  }

  changeIn(place: string, by: Change): void {
    for (const name of this.#nested.get(rootOf(place)) ?? []) {
      const { key, step, stored } = this.#entries.get(name) as Kept;
      const isNested = key.startsWith(`${place}/`);
      if (!isNested && (key !== place || step === undefined)) continue;
      const changed = by(stored, isNested ? undefined : step);
      if (changed) void this.store(key, step, changed);
    }
  }

  async store(key: string, step: string | undefined, stored: Stored): Promise<void> {
    this.#keep(key, step, stored);
    const { reason, ...others } = stored;
    const entry: JournalEntry = {
      key,
      ...(step !== undefined && { step }),
      ...others,
      ...(stored.status === "rejected" && { reason: storedReason(reason) }),
      at: Date.now(),
    };
    try {
      await this.#appender.append(entry);
    } catch (error) {
      this.#onError(error);
    }
  }

  scope(key: string, step?: string): Journal {
    return journalOf(new Scope(this, placeIn(key, step)));
  }

  close(owner: object, isCompleted: boolean): void {
    const end = this.#turns.get(owner);
    this.#turns.delete(owner);
    if (this.#owner === owner) void this.#close(isCompleted).then(end);
    else end?.();
  }

  async #close(isCompleted: boolean): Promise<void> {
    this.#owner = undefined;
    const run = this.at(RUN);
    if (isCompleted && run) await this.store(RUN, undefined, { ...run, status: "fulfilled" });
    try {
      await this.#store.close?.();
    } catch (error) {
      this.#onError(error);
    }
  }

  unconfirmed(key: string): Error {
    return new UnconfirmedError(key);
  }

  /** Throws a TypeError for a run inside a run with the same journal: each would wait for the other. */
  attach(run: Run, host: Host): Journaling {
    const isNested = host.outerRunsOf(run).some(({ journaling }) => journaling?.root === this);
    if (this.#isCalling || isNested) {
      throw new TypeError("`journal` is that of the outer run: pass `context.journal` to runs inside a task");
    }
    return new RunJournaling(run, this, host);
  }

  calling<T>(work: () => T): T {
    const before = this.#isCalling;
    this.#isCalling = true;
    try {
      return work();
    } finally {
      this.#isCalling = before;
    }
  }

  #clear(): void {
    this.#entries.clear();
    this.#nested.clear();
  }

  async clear(): Promise<void> {
    this.#clear();
    await this.#store.clear();
  }
}

/** The part of a journal that belongs to the runs inside an item or a step. */
class Scope implements Records {
  readonly #root: JournalRecords;
  readonly #place: string;

  constructor(root: JournalRecords, place: string) {
    this.#root = root;
    this.#place = place;
  }

  get root(): object {
    return this.#root;
  }

  async open(): Promise<void> {}

  calling<T>(work: () => T): T {
    return this.#root.calling(work);
  }

  get(key: string, step?: string): Stored | undefined {
    return this.#root.at(this.#keyOf(key), step);
  }

  put(key: string, step: string | undefined, stored: Stored): Promise<void> {
    return this.#root.store(this.#keyOf(key), step, stored);
  }

  change(key: string, by: Change): void {
    this.#root.changeIn(this.#keyOf(key), by);
  }

  scope(key: string, step?: string): Journal {
    return journalOf(new Scope(this.#root, `${this.#place}/${placeIn(key, step)}`));
  }

  /** Its entries are discarded with the item around them. */
  discard(): void {}

  close(): void {}

  unconfirmed(key: string): Error {
    return this.#root.unconfirmed(this.#keyOf(key));
  }

  attach(run: Run, host: Host): Journaling {
    return new RunJournaling(run, this, host);
  }

  #keyOf(key: string): string {
    return `${this.#place}/${escaped(key)}`;
  }
}

function warnOfWait(host: Host): void {
  host.warnOnce(
    "journal",
    () =>
      "a run waits until another run of this page has finished, because both have the same journal. If it was started " +
      "by a task of that run, it waits for ever: pass it `context.journal`.",
  );
}

const nameOf = (key: string, step: string | undefined): string => JSON.stringify([key, step]);
