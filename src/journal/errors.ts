// The errors of journals, and how the reason of a rejected item is stored.

/**
 * A call may have been made before the page was closed. It was not repeated, because it has no idempotency key and
 * there is no `retry.reconcile`. Find out whether it was made, then call `run.retry(key)`, which makes it again.
 *
 * @example
 * const isUnconfirmed = (outcome: Outcome<unknown>) =>
 *   outcome.status === "rejected" && outcome.reason instanceof UnconfirmedError;
 * const toAskAbout = report.outcomes.filter(isUnconfirmed).map(({ key }) => key);
 */
export class UnconfirmedError extends Error {
  override readonly name = "UnconfirmedError" as const;
  /** Key of the item in the journal. */
  readonly key: string;

  constructor(key: string) {
    super(`the call of ${JSON.stringify(key)} may have been made before: it was not repeated, because it has no key`);
    this.key = key;
  }
}

/**
 * An entry of a journal cannot be read.
 *
 * @example
 * const onJournalError = (error: unknown) => error instanceof JournalEntryError && show(error.message, error.entry);
 */
export class JournalEntryError extends Error {
  override readonly name = "JournalEntryError" as const;
  readonly entry: unknown;

  constructor(message: string, entry: unknown) {
    super(message);
    this.entry = entry;
  }
}

/** The fields of an error that are stored. Others may not be cloneable. */
const FIELDS = ["name", "message", "status", "code", "body", "retryAfter"] as const;

/** Returns a reason as plain data. */
export function storedReason(reason: unknown): unknown {
  if (typeof reason !== "object" || reason === null) return typeof reason === "function" ? String(reason) : reason;
  const fields = FIELDS.map((name) => [name, Reflect.get(reason, name)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined && typeof value !== "function"));
}

/** Returns the error of stored data. It has the name and the fields of the one that was thrown. */
export function restoredReason(stored: unknown): unknown {
  if (typeof stored !== "object" || stored === null) return stored;
  const { message, ...others } = stored as { message?: unknown };
  const error = new Error(typeof message === "string" ? message : "the item was rejected");
  for (const name of FIELDS) {
    const value = (others as Record<string, unknown>)[name];
    if (value !== undefined) Object.defineProperty(error, name, { value, enumerable: name !== "name" });
  }
  return error;
}

/**
 * Another page works on the journal, and its option `busy` is "fail".
 *
 * @example
 * const [busy] = (await run.finished).error?.errors ?? [];
 * if (busy instanceof JournalBusyError) show(`${busy.journal} is open in another tab`);
 */
export class JournalBusyError extends Error {
  override readonly name = "JournalBusyError" as const;
  /** Name of the journal. */
  readonly journal: string;

  constructor(journal: string) {
    super(`another page works on the journal ${JSON.stringify(journal)}`);
    this.journal = journal;
  }
}
