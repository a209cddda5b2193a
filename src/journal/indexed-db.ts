// STUB, replaced by the helper.
import type { JournalStore } from "./types.ts";
export function indexedDbStore(_name: string, _options: { busy: "wait" | "fail" }): JournalStore {
  throw new Error("stub");
}
export async function unfinishedIn(_prefix: string): Promise<{ name: string; at: number; done: number }[]> {
  return [];
}
