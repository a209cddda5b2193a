import { indexedDbJournal, type RunJournal, unfinishedJournals } from "sluicegate/journal";
import type { Board, Kind } from "./board";

const KINDS: readonly Kind[] = ["preview", "animation"];
export const nameOf = ({ id }: Board, kind: Kind): string => `bulk-${id}-${kind}`;

/** Returns the journal of what a board's run of this kind has done. */
export function journalOf(board: Board, kind: Kind): RunJournal {
  return indexedDbJournal(nameOf(board, kind));
}

/** Returns the kinds whose run has not completed, the last one first. */
export async function unfinishedKinds(board: Board): Promise<Kind[]> {
  // Without storage, nothing can be resumed.
  const unfinished = await unfinishedJournals(`bulk-${board.id}-`).catch(() => []);
  return unfinished.flatMap(({ name }) => KINDS.filter((kind) => name === nameOf(board, kind)));
}

/** Forgets what the runs of a board have done. */
export async function clearJournals(board: Board): Promise<void> {
  await Promise.allSettled(KINDS.map((kind) => journalOf(board, kind).clear()));
}
