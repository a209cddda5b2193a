import { useEffect, useState } from "react";
import { unfinishedJournals } from "sluicegate/journal";

/** Between two looks at the journals, in milliseconds. */
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
