import { useEffect, useState } from "react";
import { openBoard } from "./api";
import type { Board } from "./board";

/** A board of the page's own, once the server has laid one out. */
export function useBoard(): { board: Board | undefined; problem: unknown } {
  const [board, setBoard] = useState<Board>();
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    const leaving = new AbortController();
    openBoard(leaving.signal).then(setBoard, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(error);
    });
    return () => leaving.abort();
  }, []);
  return { board, problem };
}
