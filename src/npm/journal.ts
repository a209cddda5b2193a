/**
 * sluicegate/journal: keeps what runs have done, so that they go on after a reload, a crash or a closed tab.
 *
 * @example
 * const journal = indexedDbJournal("storyboard");
 * const run = startRun(scenes, draw, { concurrency: 2, key: ({ id }) => id, journal });
 * @module
 */

import { JournalBusyError } from "../journal/errors.ts";
import { hasNoStorage, indexedDbStore, unfinishedIn } from "../journal/indexed-db.ts";
import { busyJournals } from "../journal/lock.ts";
import { memoryStore } from "../journal/memory.ts";
import { JournalRecords, journalOf } from "../journal/records.ts";
import type { JournalStore } from "../journal/types.ts";
import { badOption } from "../runtime/values.ts";
import type { Journal } from "./types.ts";

export { JournalBusyError, JournalEntryError, UnconfirmedError } from "../journal/errors.ts";
export type { JournalEntry, JournalStore } from "../journal/types.ts";
export type { Journal } from "./types.ts";

/** The journal of one run. */
export interface RunJournal extends Journal {
  /** Removes all entries. Call it before the same work is made anew. */
  clear(): Promise<void>;
}

/**
 * Returns a journal in IndexedDB. One page at a time works on it: the run of another page waits until the first one has
 * finished, is closed or crashes. With `busy: "fail"` that run fails at once with a `JournalBusyError`.
 *
 * A run that is started on a journal with entries calls no fulfilled item again; rejected items stay so until they are
 * retried. A call that was under way when the page was closed is asked about by `retry.reconcile`, or else repeated
 * with its idempotency key, or because its run is `repeatable`. If it has none of these, its item is rejected with an
 * `UnconfirmedError`, unless `retry.classify` returns "retry" for it.
 *
 * Entries that cannot be read are read again for 8 s; then the run fails. Where a page may not store anything, the run
 * goes on in memory.
 *
 * @throws TypeError if `name` is not a string that is not empty, or for a bad option.
 * @example
 * const run = startRun(scenes, draw, { concurrency: 2, key: ({ id }) => id, journal: indexedDbJournal("job-7") });
 */
export function indexedDbJournal(name: string, options: { busy?: "wait" | "fail" | undefined } = {}): RunJournal {
  if (typeof name !== "string" || name === "") throw badOption("name", "a string that is not empty", name);
  const { busy = "wait" } = options;
  if (busy !== "wait" && busy !== "fail") throw badOption("busy", '"wait" or "fail"', busy);
  const busyError = busy === "fail" ? () => new JournalBusyError(name) : undefined;
  return recorded(indexedDbStore(name, { busy }), { busy: busyError, hasNoStorage });
}

/**
 * Returns a journal that is kept in memory: for tests, Node, and runs that are started again in the same page.
 *
 * @example
 * const journal = memoryJournal();
 * await startRun(scenes, draw, { concurrency: 2, key: ({ id }) => id, journal }).finished;
 */
export function memoryJournal(): RunJournal {
  return recorded(memoryStore(), {});
}

/**
 * Returns a journal that keeps its entries in a store of your own, such as the database of a server. If `load` rejects,
 * the run fails, because it does not know which calls are paid for.
 *
 * @throws TypeError if `load`, `append` or `clear` is missing.
 * @example
 * const rows = new Map<string, JournalEntry>();
 * const journal = createJournal({
 *   load: async () => [...rows.values()],
 *   append: async (entry) => void rows.set(JSON.stringify([entry.key, entry.step]), entry),
 *   clear: async () => rows.clear(),
 * });
 */
export function createJournal(store: JournalStore): RunJournal {
  for (const name of ["load", "append", "clear"] as const) {
    if (typeof store?.[name] !== "function") throw badOption(name, "a function", store?.[name]);
  }
  return recorded(store, {});
}

/** A journal in IndexedDB whose run has not completed. */
export interface UnfinishedJournal {
  readonly name: string;
  /** When the run was started, in milliseconds since 1970. */
  readonly at: number;
  /** Number of fulfilled items. */
  readonly done: number;
  /**
   * Whether another page or worker has the journal open now. A run that is started with it waits until the other one
   * has finished or is closed. Always `false` without Web Locks.
   */
  readonly busy: boolean;
}

/**
 * Resolves to the journals in IndexedDB whose run has not completed, the newest first. A page can resume them.
 *
 * @param prefix Only journals whose name starts with it. @default all
 * @throws DOMException (as a rejection) if the database cannot be read.
 * @example
 * for (const { name, done, busy } of await unfinishedJournals("storyboard-")) if (!busy) show(name, done);
 */
export async function unfinishedJournals(prefix = ""): Promise<readonly UnfinishedJournal[]> {
  const [unfinished, isBusy] = await Promise.all([unfinishedIn(prefix), busyJournals()]);
  return unfinished.map((journal) => ({ ...journal, busy: isBusy(journal.name) }));
}

function recorded(store: JournalStore, manner: ConstructorParameters<typeof JournalRecords>[1]): RunJournal {
  const records = new JournalRecords(store, manner);
  return journalOf(records, { clear: () => records.clear() });
}
