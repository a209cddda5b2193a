import { useEffect, useMemo, useState } from "react";
import type { Recoverable } from "recipes/shared/recoverable";
import { indexedDbJournal, unfinishedJournals } from "sluicegate/journal";
import type { RunControls } from "sluicegate/react";
import { newKey } from "../store";
import { addRun, changeRun, claimRun, type PastRun, type PastStatus, useHistory } from "./history";

/** Returns the last run of a page, and what a run needs so that a later visit can resume it. */
export function useRecovery<Input, Value = unknown>(page: string) {
  const [last] = useHistory(page);
  const past = last?.input === undefined ? undefined : (last as PastRun<Input, Value> & { readonly input: Input });
  const [isStored, setStored] = useState(true);
  const id = past?.id;
  return useMemo(() => {
    const open = (id: string): Recoverable => {
      claimRun(id);
      return { id, journal: indexedDbJournal(id), onJournalError: () => setStored(false) };
    };
    return {
      /** The last run of the page, of this visit or an earlier one. */
      past,
      /** Set while the journal stores the run. Then leaving the page loses nothing. */
      isStored,
      /** Begins a new run, which replaces the last one. */
      begin(input: Input, title: string, total: number): Recoverable {
        const id = `${page}-${newKey()}`;
        const work = { input, values: {}, done: 0, total, credits: 0 };
        addRun({ id, page, title, startedAt: Date.now(), status: "unfinished", ...work });
        return open(id);
      },
      /** Returns the options with which the last run continues. */
      resume: () => open(id!),
      /** Stores the progress of the run for a later visit. */
      note: (change: Partial<PastRun<Input, Value>>): void => void (id !== undefined && changeRun(id, change)),
    };
  }, [page, past, isStored, id]);
}

type Item<V> = RunControls<V>["items"][number];

interface Work<Value> {
  readonly values: Readonly<Record<string, Value>>;
  readonly done: number;
  readonly total: number;
  readonly credits: number;
}

/** Stores the results of a run as they come, so that a later visit shows them before it resumes. */
export function useKeep<Value>(
  { note }: { note(change: Partial<PastRun<never, Value>>): void },
  { state, report }: Pick<RunControls<unknown>, "state" | "report">,
  work: Work<Value>,
): void {
  const size = Object.keys(work.values).length;
  const { done, total, credits } = work;
  const ended = state === "finished" ? report?.status : undefined;
  useEffect(() => {
    if (state === "idle") return;
    const status: PastStatus = ended === "completed" || ended === "partial" ? ended : "unfinished";
    note({ status, ...work });
    // The values change with their number.
  }, [state, ended, size, done, total, credits]);
}

/** Returns the values of the items that are fulfilled, by key. */
export const valuesOf = <V>(items: readonly Item<V>[]): Record<string, V> =>
  Object.fromEntries(items.flatMap((item) => (item.status === "fulfilled" ? [[item.key, item.value]] : [])));

/** Returns items as a run would have them: those with a value are fulfilled, the others wait. */
export function keptItems<V, T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  values: Readonly<Record<string, V>> = {},
): readonly Item<V>[] {
  return items.map((item, index) => {
    const key = keyOf(item);
    const value = values[key];
    return value === undefined
      ? { index, key, item, status: "waiting" }
      : { index, key, item, status: "fulfilled", value, attempts: 0, elapsed: 0 };
  });
}

/** Interval between two queries of the journals, in milliseconds. */
const LOOK = 500;

/** Returns whether another tab works on the run with this journal. */
export function useIsElsewhere(journal: string | undefined): boolean {
  const [busyJournal, setBusy] = useState<string>();
  useEffect(() => {
    if (journal === undefined) return;
    let isHere = true;
    const look = async (): Promise<void> => {
      // Without storage, tabs know nothing of each other.
      const unfinished = await unfinishedJournals(journal).catch(() => []);
      const isBusy = unfinished.some(({ name, busy }) => busy && name === journal);
      if (isHere) setBusy(isBusy ? journal : undefined);
    };
    void look();
    const timer = setInterval(look, LOOK);
    return () => {
      isHere = false;
      clearInterval(timer);
    };
  }, [journal]);
  return journal !== undefined && busyJournal === journal;
}
