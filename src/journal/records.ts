// The entries of a journal while a run works on it. All that is stored passes through here.

import type { Journal } from "../npm/types.ts";
import type { Host, Journaling } from "../runtime/journaling.ts";
import type { Run } from "../runtime/run.ts";
import { JournalEntryError, restoredReason, storedReason, UnconfirmedError } from "./errors.ts";
import { type Records, RunJournaling, type Stored } from "./journaling.ts";
import type { JournalEntry, JournalStore } from "./types.ts";

const JOURNAL = Symbol.for("sluicegate.journal");

/** Returns what runs take as the option `journal`. */
export const journalOf = <T extends object>(records: Records, others?: T): Journal & T =>
  ({ ...others, [JOURNAL]: records }) as unknown as Journal & T;

/** The key of the entry of the run itself. */
const RUN = "";
const STATUSES: readonly unknown[] = ["started", "waiting", "fulfilled", "rejected"];
/** What is known of an entry that cannot be read: the call may have been made. */
const UNREADABLE: Stored = { idempotencyKey: "", repeatable: false, status: "started", attempts: 0 };

/** Joins the keys of a path, so that no two paths have the same text, and none that of the run. */
const joined = (path: readonly string[]): string =>
  path.map((part) => (part === "" ? "%" : part.replaceAll("%", "%25").replaceAll("/", "%2F"))).join("/");

export class JournalRecords implements Records {
  readonly #store: JournalStore;
  readonly #entries = new Map<string, Stored>();
  #onError: (error: unknown) => void = () => {};
  /** The run that works on the journal: settles when it is over. */
  #user: Promise<void> | undefined = undefined;
  #release: () => void = () => {};
  /** The arguments with which the run was started, by `useRun`. */
  input: readonly unknown[] | undefined = undefined;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  /** Waits until no other run works on the journal, then reads it. */
  async open(onError: (error: unknown) => void): Promise<void> {
    while (this.#user) await this.#user;
    this.#user = new Promise((resolve) => {
      this.#release = () => {
        this.#user = undefined;
        resolve();
      };
    });
    this.#onError = onError;
    try {
      await this.#store.open?.();
    } catch (error) {
      this.#release();
      throw error;
    }
    this.#entries.clear();
    for (const entry of await this.#load()) this.#read(entry);
    const before = this.stored(RUN);
    if (before?.status === "started" && !this.input) return;
    const value = this.input ?? before?.value;
    await this.store(RUN, undefined, { idempotencyKey: "", repeatable: true, attempts: 0, status: "started", value });
  }

  /** Returns the arguments of the run that has not completed, or `undefined` if there is none. */
  async unfinished(): Promise<readonly unknown[] | undefined> {
    const entries = await this.#store.load();
    const run = entries.find(({ key, step }) => key === RUN && step === undefined);
    if (run?.status !== "started") return undefined;
    return Array.isArray(run.value) ? run.value : [];
  }

  async #load(): Promise<readonly JournalEntry[]> {
    try {
      return await this.#store.load();
    } catch (error) {
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
    this.#entries.set(nameOf(key, step), isReadable ? stored : UNREADABLE);
  }

  get(key: string, step?: string): Stored | undefined {
    return this.stored(joined([key]), step);
  }

  put(key: string, step: string | undefined, stored: Stored): Promise<void> {
    return this.store(joined([key]), step, stored);
  }

  /** Returns what is stored under a path. */
  stored(key: string, step?: string): Stored | undefined {
    return this.#entries.get(nameOf(key, step));
  }

  /** Stores what belongs to a path. */
  async store(key: string, step: string | undefined, stored: Stored): Promise<void> {
    this.#entries.set(nameOf(key, step), stored);
    const { reason, ...others } = stored;
    const entry: JournalEntry = {
      key,
      ...(step !== undefined && { step }),
      ...others,
      ...(stored.status === "rejected" && { reason: storedReason(reason) }),
      at: Date.now(),
    };
    try {
      await this.#store.append(entry);
    } catch (error) {
      this.#onError(error);
    }
  }

  scope(key: string, step?: string): Journal {
    return journalOf(new Scope(this, step === undefined ? [key] : [key, step]));
  }

  close(isCompleted: boolean): void {
    const run = this.stored(RUN);
    const stored = isCompleted && run ? this.store(RUN, undefined, { ...run, status: "fulfilled" }) : undefined;
    void Promise.resolve(stored).then(() => {
      this.#store.close?.();
      this.#release();
    });
  }

  unconfirmed(key: string): Error {
    return new UnconfirmedError(key);
  }

  attach(run: Run, host: Host): Journaling {
    return new RunJournaling(run, this, host);
  }

  async clear(): Promise<void> {
    this.#entries.clear();
    await this.#store.clear();
  }
}

/** The part of a journal that belongs to the runs inside an item or a step. */
class Scope implements Records {
  readonly #root: JournalRecords;
  readonly #path: readonly string[];

  constructor(root: JournalRecords, path: readonly string[]) {
    this.#root = root;
    this.#path = path;
  }

  async open(): Promise<void> {}

  get(key: string, step?: string): Stored | undefined {
    return this.#root.stored(this.#keyOf(key), step);
  }

  put(key: string, step: string | undefined, stored: Stored): Promise<void> {
    return this.#root.store(this.#keyOf(key), step, stored);
  }

  scope(key: string, step?: string): Journal {
    const path = [...this.#path, key, ...(step === undefined ? [] : [step])];
    return journalOf(new Scope(this.#root, path));
  }

  close(): void {}

  unconfirmed(key: string): Error {
    return this.#root.unconfirmed(this.#keyOf(key));
  }

  attach(run: Run, host: Host): Journaling {
    return new RunJournaling(run, this, host);
  }

  #keyOf(key: string): string {
    return joined([...this.#path, key]);
  }
}

const nameOf = (key: string, step: string | undefined): string => JSON.stringify([key, step]);
