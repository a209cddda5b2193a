// The Web Lock of a journal: one page at a time works on it.

import { JournalBusyError } from "./errors.ts";

interface Held {
  readonly name: string;
  release(): void;
  /** Settles when the browser has freed the lock. */
  readonly freed: Promise<void>;
}

const PREFIX = "sluicegate:journal:";

/** The locks of this page, until the browser has freed them. */
const own = new Set<Held>();

/** Resolves to a test whether another page or worker works on a journal. Without Web Locks none does. */
export async function busyJournals(): Promise<(journal: string) => boolean> {
  // The reply may hold a lock that this page frees during the query.
  const before = [...own];
  const locks = await globalThis.navigator?.locks?.query();
  const mine = [...before, ...own];
  return (journal) =>
    !!locks?.held?.some(({ name }) => name === PREFIX + journal) && !mine.some(({ name }) => name === journal);
}

/** The lock of one store. Without Web Locks (a page without HTTPS, Node 20) it excludes nobody. */
export class JournalLock {
  readonly #name: string;
  readonly #busy: "wait" | "fail";
  readonly #waiting = new Set<AbortController>();
  #held: Held | undefined;
  #freed = Promise.resolve();

  constructor(name: string, busy: "wait" | "fail") {
    this.#name = name;
    this.#busy = busy;
  }

  /**
   * Resolves when this store has the lock.
   *
   * @throws JournalBusyError if another store has it and `busy` is "fail"; an AbortError if `close` ends the wait.
   */
  async open(): Promise<void> {
    const locks = globalThis.navigator?.locks;
    if (!locks) return;
    const waiting = new AbortController();
    this.#waiting.add(waiting);
    try {
      // The browser frees a lock later than it is released: a store that opens again must not find itself busy.
      await this.#freed;
      await this.#request(locks, waiting.signal);
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  #request(locks: LockManager, signal: AbortSignal): Promise<void> {
    const options: LockOptions = this.#busy === "fail" ? { ifAvailable: true } : { signal };
    return new Promise((resolve, reject) => {
      const settled: Promise<void> = locks
        .request(PREFIX + this.#name, options, (lock) => {
          if (!lock) throw new JournalBusyError(this.#name);
          // A request with `ifAvailable` takes no signal.
          signal.throwIfAborted();
          return new Promise<void>((release) => {
            const held = { name: this.#name, release, freed: settled };
            this.#held = held;
            own.add(held);
            void settled.then(() => own.delete(held));
            resolve();
          });
        })
        .catch(reject);
    });
  }

  /** Releases the lock, or ends the wait for it. */
  close(): void {
    if (!this.#held) {
      for (const waiting of this.#waiting) waiting.abort();
      return;
    }
    const { release, freed } = this.#held;
    this.#held = undefined;
    this.#freed = freed;
    release();
  }
}
