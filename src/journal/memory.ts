// A journal in memory.

import type { JournalEntry, JournalStore } from "./types.ts";

/** Returns a store of its own. Values are copied as IndexedDB copies them. */
export function memoryStore(): JournalStore {
  const entries = new Map<string, JournalEntry>();
  return {
    load: async () => [...entries.values()].map((entry) => structuredClone(entry)),
    append: async (entry) => void entries.set(`${entry.key}\n${entry.step ?? ""}`, structuredClone(entry)),
    clear: async () => entries.clear(),
  };
}
