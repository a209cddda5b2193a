import { useState } from "react";
import { openBoard, readAccount } from "recipes/bulk/api";
import { Board, type Kind } from "recipes/bulk/board";
import { clearJournals, unfinishedKinds } from "recipes/bulk/journal";
import { HttpError } from "sluicegate";
import { useLoaded } from "../hooks";

export interface OpenBoard {
  readonly board: Board;
  /** The kind whose run was cancelled, failed in part, or ended with its page; the last one, if there are two. */
  readonly unfinished: Kind | undefined;
}

/** Returns the board of the last visit, or else a new one of the server. `renew` asks for a new one. */
export function useBoard() {
  const [tries, setTries] = useState(0);
  const retry = (): void => setTries((count) => count + 1);
  const { value: opened, problem } = useLoaded(open, [tries]);

  /** Reads the board anew, after another tab has worked on it. */
  const reread = (): void => {
    current = undefined;
    retry();
  };

  async function renew(board: Board): Promise<void> {
    await clearJournals(board);
    board.forget();
    reread();
  }
  return { opened, problem, retry, reread, renew };
}

/** Orders of a run that was left may still come in: there is one board, however often the page is opened. */
let current: Board | undefined;

async function open(signal: AbortSignal): Promise<OpenBoard> {
  const stored = current ?? Board.stored();
  if (stored && (await isKnown(stored, signal))) {
    current = stored;
    return { board: stored, unfinished: (await unfinishedKinds(stored))[0] };
  }
  if (stored) await clearJournals(stored);
  const board = await openBoard(signal);
  if (!signal.aborted) {
    current = board;
    board.store();
  }
  return { board, unfinished: undefined };
}

/** Returns whether the server still has the board: it forgets old ones, and all when it is started again. */
async function isKnown(board: Board, signal: AbortSignal): Promise<boolean> {
  try {
    await readAccount(board, signal);
    return true;
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return false;
    throw error;
  }
}
