// The store that docs/guide/testing.md puts to the test: that of docs/guide/resuming.md.
import type { JournalEntry, JournalStore } from "sluicegate/journal";

const journals = new Map<string, Map<string, JournalEntry>>();

export function storeOf(name: string): JournalStore {
  const rows = journals.get(name) ?? new Map<string, JournalEntry>();
  journals.set(name, rows);
  return {
    load: async () => structuredClone([...rows.values()]),
    append: async (entry) => void rows.set(JSON.stringify([entry.key, entry.step]), structuredClone(entry)),
    clear: async () => rows.clear(),
  };
}
