// Journals in IndexedDB: one database for all of them, and one connection for each page.

import type { DBSchema, IDBPDatabase, IDBPObjectStore } from "idb";
import { openDB } from "idb";
import { JournalLock } from "./lock.ts";
import type { JournalEntry, JournalStore } from "./types.ts";

const DATABASE = "sluicegate";
const VERSION = 1;

/** An entry as it is stored. IndexedDB leaves an object out of an index if it lacks a property of its path. */
type Row = JournalEntry & {
  readonly journal: string;
  /** Present in the entry of a run that has not completed. */
  readonly unfinished?: 1;
  /** Present in the entries of fulfilled items, but not of steps and nested runs. */
  readonly done?: 1;
};

interface Schema extends DBSchema {
  entries: {
    /** Name of the journal, key and step. */
    key: [string, string, string];
    value: Row;
    indexes: { unfinished: [1, number, string]; done: [string, 1] };
  };
}

const NO_STORAGE = "NotSupportedError";

/** Returns whether an error means that the page may store nothing: then there is nothing that a run could read. */
export function hasNoStorage(error: unknown): boolean {
  const { name, message } = Object(error);
  // Chromium says so when the user has blocked the data of sites.
  const isDenied = name === "UnknownError" && String(message).includes("denied permission");
  return name === NO_STORAGE || name === "SecurityError" || isDenied;
}

type Mode = "readonly" | "readwrite";
type Entries<M extends Mode> = IDBPObjectStore<Schema, ["entries"], "entries", M>;

// ── the connection ──

let connection: Promise<IDBPDatabase<Schema>> | undefined;

const discard = () => (connection = undefined);

function connected(): Promise<IDBPDatabase<Schema>> {
  connection ??= connect().catch((error) => {
    discard();
    throw error;
  });
  return connection;
}

async function connect(): Promise<IDBPDatabase<Schema>> {
  if (!globalThis.indexedDB) {
    throw new DOMException("this environment has no IndexedDB: use memoryJournal() or createJournal()", NO_STORAGE);
  }
  return new Promise((resolve, reject) => {
    openDB<Schema>(DATABASE, VERSION, {
      upgrade(database) {
        const entries = database.createObjectStore("entries");
        entries.createIndex("unfinished", ["unfinished", "at", "journal"]);
        entries.createIndex("done", ["journal", "done"]);
      },
      blocked() {
        reject(new Error(`another page has an older version of the database "${DATABASE}" open: close or reload it`));
      },
      blocking(_from, _to, event) {
        discard();
        (event.target as IDBDatabase).close();
      },
      terminated: discard,
    }).then(resolve, reject);
  });
}

/** Starts a transaction, on a new connection if the present one was closed, and gives `work` its object store. */
async function transact<M extends Mode, T>(
  mode: M,
  durability: IDBTransactionDurability,
  work: (entries: Entries<M>) => Promise<T>,
): Promise<T> {
  const start = (database: IDBPDatabase<Schema>) => database.transaction(["entries"], mode, { durability });
  let transaction: ReturnType<typeof start>;
  const present = connected();
  try {
    transaction = start(await present);
  } catch (error) {
    if ((error as Error)?.name !== "InvalidStateError") throw error;
    // Another store may have opened it again by now.
    if (connection === present) discard();
    transaction = start(await connected());
  }
  const { done } = transaction;
  done.catch(() => {});
  try {
    const result = await work(transaction.objectStore("entries") as Entries<M>);
    await done;
    return result;
  } catch (error) {
    // A transaction that was aborted, for instance for want of space, gives its requests no reason.
    throw transaction.error ?? error;
  }
}

// ── a store ──

interface Append {
  readonly entry: JournalEntry;
  resolve(): void;
  reject(error: unknown): void;
}

/** The keys of all entries of a journal: IndexedDB orders arrays after texts. */
const rangeOf = (name: string) => IDBKeyRange.bound([name], [name, []]);

function rowOf(journal: string, entry: JournalEntry): Row {
  const { key, step, status } = entry;
  if (key === "") return { ...entry, journal, ...(status === "started" && { unfinished: 1 }) };
  const isDone = status === "fulfilled" && step === undefined && !key.includes("/");
  return { ...entry, journal, ...(isDone && { done: 1 }) };
}

function entryOf({ journal, unfinished, done, ...entry }: Row): JournalEntry {
  return entry;
}

class IndexedDbStore implements JournalStore {
  readonly #name: string;
  readonly #lock: JournalLock;
  /** Settles when all that was asked for before is done. */
  #before: Promise<unknown> = Promise.resolve();
  /** Appends that share the next transaction. */
  #batch: Append[] | undefined;

  constructor(name: string, busy: "wait" | "fail") {
    this.#name = name;
    this.#lock = new JournalLock(name, busy);
  }

  async open(): Promise<void> {
    await this.#before;
    return this.#lock.open();
  }

  close(): void {
    // Another page reads the entries as soon as it has the lock: they are stored first.
    void this.#after(async () => this.#lock.close());
  }

  load(): Promise<readonly JournalEntry[]> {
    return this.#after(async () => {
      const rows = await transact("readonly", "default", (entries) => entries.getAll(rangeOf(this.#name)));
      return rows.map(entryOf);
    });
  }

  clear(): Promise<void> {
    return this.#after(() => transact("readwrite", "relaxed", (entries) => entries.delete(rangeOf(this.#name))));
  }

  append(entry: JournalEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      const append = { entry, resolve, reject };
      if (this.#batch) return void this.#batch.push(append);
      const batch = [append];
      void this.#after(() => {
        if (this.#batch === batch) this.#batch = undefined;
        return this.#write(batch);
      });
      this.#batch = batch;
    });
  }

  /** Does work after all that was asked for before. What is appended later comes after it. */
  #after<T>(work: () => Promise<T>): Promise<T> {
    this.#batch = undefined;
    const result = this.#before.then(work);
    this.#before = result.catch(() => {});
    return result;
  }

  /** Stores entries in one transaction. One that cannot be cloned fails alone. */
  async #write(batch: readonly Append[]): Promise<void> {
    // A lost record of a call that cannot be repeated is a call paid twice, so it must be on the disk.
    const isStrict = batch.some(({ entry }) => entry.status === "started" && !entry.repeatable);
    const sent: Append[] = [];
    try {
      await transact("readwrite", isStrict ? "strict" : "relaxed", async (entries) => {
        const requests: Promise<unknown>[] = [];
        for (const append of batch) {
          const { key, step = "" } = append.entry;
          try {
            requests.push(entries.put(rowOf(this.#name, append.entry), [this.#name, key, step]));
            sent.push(append);
          } catch (error) {
            append.reject(error);
          }
        }
        entries.transaction.commit();
        await Promise.all(requests);
      });
      for (const { resolve } of sent) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

/**
 * Returns a store in IndexedDB. Stores of one name exclude each other between `open` and `close`, in one page as well;
 * where there are no Web Locks, they do not.
 *
 * Appends of one turn share a transaction, and appends that meet one under way share the next. If it fails, all of them
 * reject; an entry that cannot be cloned rejects alone. Without IndexedDB, all methods but `open` and `close` reject.
 */
export function indexedDbStore(name: string, { busy = "wait" }: { busy?: "wait" | "fail" } = {}): JournalStore {
  return new IndexedDbStore(name, busy);
}

/**
 * Returns the journals whose run has not completed, the newest first, without reading any values. `at` is the time of
 * the entry of the run in milliseconds, `done` the number of its fulfilled items.
 */
export function unfinishedIn(prefix = ""): Promise<readonly { name: string; at: number; done: number }[]> {
  return transact("readonly", "default", async (entries) => {
    const found: { name: string; at: number; done: number }[] = [];
    let cursor = await entries.index("unfinished").openKeyCursor(null, "prev");
    for (; cursor; cursor = await cursor.continue()) {
      const [, at, name] = cursor.key;
      if (!name.startsWith(prefix)) continue;
      found.push({ name, at, done: await entries.index("done").count([name, 1]) });
    }
    return found;
  });
}
