// The store of a journal, used with patience: entries that cannot be read at once are read again, and a run does not
// wait for ever until an entry is stored.

import * as table from "../runtime/table.ts";
import type { JournalEntry, JournalStore } from "./types.ts";

/** Entries are checked this often per limit: a page that was frozen reads what has happened before it gives up. */
const CHECKS = 4;

const PAUSE = table.JOURNAL_STORE_LIMIT / CHECKS;

/** Returns the error of an entry that takes too long. A later run may not have the entry. */
function timeoutError(key: string): DOMException {
  const entry = key === "" ? "the run" : JSON.stringify(key);
  const limit = `the journal takes longer than ${table.JOURNAL_STORE_LIMIT} ms`;
  return new DOMException(`${limit}: the run goes on without the entry of ${entry}`, "TimeoutError");
}

/**
 * Whether the page is left. WebKit closes its database then, but still runs its code: a run that went on in memory
 * would make calls that the next page makes again.
 */
let isLeft = false;
let isWatched = false;

function watchPage(): void {
  if (isWatched) return;
  isWatched = true;
  globalThis.addEventListener?.("pagehide", () => {
    isLeft = true;
  });
  globalThis.addEventListener?.("pageshow", () => {
    isLeft = false;
  });
}

interface Waiting {
  checks: number;
  /** Number of answers of the store before this entry. */
  readonly answers: number;
  giveUp(): void;
}

/**
 * Limits the time of entries, with one timer for all. If the store answers no entry within the limit, it hangs: further
 * entries time out at once until it answers.
 */
export class Appender {
  readonly #store: JournalStore;
  readonly #waiting = new Set<Waiting>();
  /** Number of answers of the store. */
  #answers = 0;
  #hangs = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: JournalStore) {
    this.#store = store;
    watchPage();
  }

  /** Stores an entry. Rejects if the store does, unless the page is left, or if it takes too long. */
  append(entry: JournalEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { checks: 0, answers: this.#answers, giveUp: () => reject(timeoutError(entry.key)) };
      this.#waiting.add(waiting);
      if (this.#waiting.size === 1) this.#checkLater();
      const stored = new Promise<unknown>((store) => store(this.#store.append(snapshotOf(entry))));
      const end = (settle: () => void) => {
        this.#answers += 1;
        this.#hangs = false;
        this.#remove(waiting);
        settle();
      };
      stored.then(
        () => end(resolve),
        (error) => isLeft || end(() => reject(error)),
      );
      if (this.#hangs && !isLeft) this.#giveUp(waiting);
    });
  }

  #check(): void {
    this.#checkLater();
    for (const waiting of this.#waiting) {
      waiting.checks += 1;
      if (waiting.checks <= CHECKS) continue;
      this.#hangs ||= waiting.answers === this.#answers;
      this.#giveUp(waiting);
    }
  }

  #giveUp(waiting: Waiting): void {
    this.#remove(waiting);
    waiting.giveUp();
  }

  #checkLater(): void {
    this.#timer = setTimeout(() => this.#check(), PAUSE);
    // In Node.js, a store that hangs must not keep the process alive.
    (this.#timer as { unref?(): void }).unref?.();
  }

  #remove(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Copies an entry, because its value may change before it is stored. A store may take what cannot be cloned. */
function snapshotOf(entry: JournalEntry): JournalEntry {
  try {
    return structuredClone(entry);
  } catch {
    return entry;
  }
}

/** What the reading of a journal needs. */
export interface Reading {
  /** Returns the pause after this many failures, of which this is the last, in milliseconds; NaN if there is none. */
  pause(failures: number, error: unknown): number;
  /** Returns whether the entries are still wanted. */
  isWanted(): boolean;
  report(error: unknown): void;
}

/** Reads entries, again after failures. The first one is reported. Rejects with the last. */
export async function loadPatiently(store: JournalStore, reading: Reading): Promise<readonly JournalEntry[]> {
  for (let failures = 1; ; failures++) {
    try {
      return await store.load();
    } catch (error) {
      const pause = reading.pause(failures, error);
      if (Number.isNaN(pause) || !reading.isWanted()) throw error;
      if (failures === 1) reading.report(error);
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (!reading.isWanted()) return [];
    }
  }
}
