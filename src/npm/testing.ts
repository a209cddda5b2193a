/**
 * sluicegate/testing: tests for what you put in the place of a part of the package.
 *
 * @example
 * for (const { name, run } of journalContract((journal) => storeIn(database, journal))) test(name, run);
 * @module
 */

import { type Contract, contractOf } from "../journal/contract.ts";
import type { JournalStore } from "../journal/types.ts";
import { badOption } from "../runtime/values.ts";

export type { JournalEntry, JournalStore } from "../journal/types.ts";

/** A test of a contract. `run` resolves if it passes, and else rejects with an `Error` that says what is wrong. */
export interface ContractTest {
  /** A sentence: the condition and the result. */
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Options of `journalContract`. */
export interface JournalContractOptions {
  /**
   * Values that the store keeps besides JSON. They are compared by their own enumerable fields, dates and typed arrays
   * by what is in them.
   * @default none
   */
  values?: readonly unknown[] | undefined;
  /** Milliseconds in which a store has to answer. @default 5_000 */
  timeout?: number | undefined;
}

/**
 * Returns the tests of a store for `createJournal`. They need no test runner, and each uses journals of its own, which
 * it clears at its end.
 *
 * `createStore` returns the store of the journal of this name. It is called several times with one name, as by several
 * pages: all of its stores have the same entries. Where a store has `open`, its journal must have one owner at a time.
 *
 * @throws TypeError if `createStore` is no function, or for a bad option. A test rejects with one if `createStore` does
 * not return a store.
 * @example
 * for (const { name, run } of journalContract((journal) => storeIn(database, journal))) test(name, run);
 */
export function journalContract(
  createStore: (name: string) => JournalStore | PromiseLike<JournalStore>,
  options: JournalContractOptions = {},
): readonly ContractTest[] {
  if (typeof createStore !== "function") throw badOption("createStore", "a function", createStore);
  const { values = [], timeout = 5_000 } = options;
  if (!Array.isArray(values)) throw badOption("values", "an array", values);
  if (!(typeof timeout === "number" && timeout > 0)) throw badOption("timeout", "a number above 0", timeout);
  const contract: Contract = { createStore, values, timeout };
  return contractOf(contract);
}
