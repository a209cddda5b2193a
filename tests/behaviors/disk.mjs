// A disk for journals that outlives pages.

import { createJournal } from "../../dist/journal.js";

/** After `crash()` of a page nothing of it is stored any more. `delay` holds the storing of an entry back. */
export function disk({ delay = () => undefined, ...others } = {}) {
  const entries = new Map();
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
