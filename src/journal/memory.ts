// A journal in memory.

import type { JournalEntry, JournalStore } from "./types.ts";

/** Returns a store of its own. It copies values as IndexedDB does, so what cannot be cloned is refused here too. */
export function memoryStore(): JournalStore {
  const entries = new Map<string, JournalEntry>();
  return {
    load: async () => [...entries.values()].map((entry) => structuredClone(entry)),
    append: async (entry) => {
      const copy = structuredClone(entry);
      entries.set(JSON.stringify([copy.key, copy.step ?? ""]), copy);
    },
    clear: async () => entries.clear(),
  };
}
