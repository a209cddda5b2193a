// A disk for journals that outlives pages.

import { createJournal } from "../../dist/journal.js";

/** @typedef {import("../../dist/journal.js").JournalEntry} Entry */

/**
 * After `crash()` of a page nothing of it is stored any more. `delay` holds the storing of an entry back.
 * @param {Partial<import("../../dist/journal.js").JournalStore> & { delay?: (entry: Entry) => unknown }} [options]
 */
export function disk({ delay = () => undefined, ...others } = {}) {
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  /** @param {Entry} entry */
  const name = ({ key, step }) => `${key} ${step ?? ""}`.trim();
  const log = [];
  return {
    entries,
    log,
    /** Returns a journal for a page, and how to end that. */
    page() {
      let isAlive = true;
      const journal = createJournal({
        load: async () => structuredClone([...entries.values()]),
        append: async (entry) => {
          if (!isAlive) return new Promise(() => {});
          await delay(entry);
          log.push(`${name(entry) || "run"} ${entry.status}`);
          entries.set(name(entry), structuredClone(entry));
        },
        clear: async () => entries.clear(),
        ...others,
      });
      return { journal, crash: () => (isAlive = false) };
    },
    statusOf: (key) => entries.get(key)?.status,
  };
}

export const never = () => new Promise(() => {});
