import type { RunJournal } from "sluicegate/journal";

/** What a start needs of a run that may be resumed: with the same journal it continues where the last one was. */
export interface Recoverable {
  readonly id: string;
  readonly journal: RunJournal;
  readonly onJournalError: (error: unknown) => void;
}
