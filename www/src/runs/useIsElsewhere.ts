import { useEffect, useState } from "react";
import { newKey } from "../api";

/** Between two looks at the locks, in milliseconds. */
const LOOK = 500;

/** Returns this tab's id among the holders of locks. */
async function readOwnId(): Promise<string | undefined> {
  const name = `storyboard:tab:${newKey()}`;
  const { held = [] } = await navigator.locks.request(name, () => navigator.locks.query());
  return held.find((lock) => lock.name === name)?.clientId;
}

let ownId: Promise<string | undefined> | undefined;

/** Returns whether another tab holds the lock of a journal. Without Web Locks nothing is known of other tabs. */
async function isHeldElsewhere(journal: string): Promise<boolean> {
  if (!navigator.locks) return false;
  ownId ??= readOwnId();
  const own = await ownId;
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name, clientId }) => name === `sluicegate:journal:${journal}` && clientId !== own);
}

/** Returns whether another tab works on the run with this journal. */
export function useIsElsewhere(journal: string | undefined): boolean {
  const [heldJournal, setHeld] = useState<string>();
  useEffect(() => {
    if (journal === undefined) return;
    let isHere = true;
    const look = async (): Promise<void> => {
      const isHeld = await isHeldElsewhere(journal).catch(() => false);
      if (isHere) setHeld(isHeld ? journal : undefined);
    };
    void look();
    const timer = setInterval(look, LOOK);
    return () => {
      isHere = false;
      clearInterval(timer);
    };
  }, [journal]);
  return journal !== undefined && heldJournal === journal;
}
