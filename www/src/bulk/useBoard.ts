import { useEffect, useState } from "react";
import { openBoard } from "./api";
import type { Board } from "./board";

/** Returns a board that the server has created for this page; `retry` asks again after a problem. */
export function useBoard(): { board: Board | undefined; problem: unknown; retry: () => void } {
  const [board, setBoard] = useState<Board>();
  const [problem, setProblem] = useState<unknown>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setProblem(undefined);
    const leaving = new AbortController();
    openBoard(leaving.signal).then(setBoard, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(error);
    });
    return () => leaving.abort();
  }, [tries]);
  return { board, problem, retry: () => setTries((count) => count + 1) };
}
