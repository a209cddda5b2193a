// What a journal stores, and the interface of its store.

/** What is stored of an item, of one of its steps, or of the run itself. A newer entry replaces the older one. */
export interface JournalEntry {
  /** Key of the item. In a nested run it follows the path of the tasks around it. Empty for the run itself. */
  readonly key: string;
  /** Name of the step, in a task that uses `context.step`; "prepare" or "commit" in a run in order. */
  readonly step?: string;
  /** The key that the call sends. */
  readonly idempotencyKey: string;
  /** Whether a repetition is safe: the call has read its idempotency key, or its parts are in the journal. */
  readonly repeatable: boolean;
  /**
   * "started" is stored before a call is made, "fulfilled" and "rejected" after its end. "waiting" means that the call
   * has done no work and will be made again.
   */
  readonly status: "started" | "waiting" | "fulfilled" | "rejected";
  /** The result, if there is one. */
  readonly value?: unknown;
  /** The failure of a rejected item, as plain data. */
  readonly reason?: unknown;
  /** Number of attempts made. */
  readonly attempts: number;
  /** When it was stored, in milliseconds since 1970. */
  readonly at: number;
}

/** Stores entries. `load` gives the newest entry of each key and step, in any order. */
export interface JournalStore {
  /** Waits until no other page works on the journal. Rejects with a `JournalBusyError` where it is not to wait. */
  open?(): Promise<void>;
  load(): Promise<readonly JournalEntry[]>;
  /** Resolves when the entry is stored. Entries are stored in the order of the calls. */
  append(entry: JournalEntry): Promise<unknown>;
  /** Removes all entries. */
  clear(): Promise<unknown>;
  /** Lets another page work on the journal. */
  close?(): void;
}
