import { useEffect, useRef, type Dispatch } from "react";
import { callClock } from "./calls";
import type { BoardAction } from "./storyboard/board";

export interface Run {
  readonly signal: AbortSignal;
  /** Changes the page, as long as this run has not been cancelled: what arrives late moves nothing. */
  readonly show: Dispatch<BoardAction>;
}

/** One run at a time, told from the next; it is cancelled when the component goes. */
export function useSingleRun(dispatch: Dispatch<BoardAction>) {
  const current = useRef<AbortController | undefined>(undefined);

  const abandon = (): boolean => {
    if (current.current === undefined) return false;
    current.current.abort();
    current.current = undefined;
    callClock.stop();
    return true;
  };
  useEffect(() => () => void abandon(), []);

  return {
    /** False, and nothing is started, while another run is under way. */
    start(work: (run: Run) => Promise<void>): boolean {
      if (current.current !== undefined) return false;
      const controller = (current.current = new AbortController());
      const { signal } = controller;
      const end = (action: BoardAction): void => {
        if (signal.aborted) return;
        current.current = undefined;
        callClock.stop();
        dispatch(action);
      };
      callClock.start();
      work({ signal, show: (action) => void (signal.aborted || dispatch(action)) }).then(
        () => end({ type: "ended" }),
        (error: unknown) => end({ type: "failed", error }),
      );
      return true;
    },
    cancel(): void {
      if (abandon()) dispatch({ type: "cancelled" });
    },
  };
}
