/** The state of the lab, for every part of the page that shows it. */
import { useSyncExternalStore } from "react";
import { changeFaults, type Faults, type LabView, type Preset, readLab, resetCounters } from "./lab";

/** Milliseconds between two requests. A request is short, so it holds no connection that a run needs. */
const INTERVAL = 500;
const FULL_BALANCE = 1_000;

export interface LabState extends Partial<LabView> {
  /** Why the last change failed. */
  readonly problem?: string | undefined;
  /** Whether the server did not answer the last request. */
  readonly isAway: boolean;
}

let state: LabState = { isAway: false };
let changes = 0;
const listeners = new Set<() => void>();
let onLeft = (): void => {};

function set(change: Partial<LabState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

/** The server is asked as long as somebody listens. */
function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) onLeft = follow();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) onLeft();
  };
}

/** Polls while the tab is visible. Returns what ends it. */
function follow(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  async function poll(): Promise<void> {
    const before = changes;
    let isMissing = false;
    try {
      const view = await readLab();
      // A real backend has no lab.
      isMissing = view === undefined;
      // A change that was made meanwhile is newer than this reply.
      if (view && before === changes) set({ ...view, isAway: false });
    } catch {
      if (!state.isAway) set({ isAway: true });
    }
    if (!isOver && !isMissing) timer = setTimeout(look, INTERVAL);
  }
  function look(): void {
    timer = undefined;
    if (document.visibilityState === "visible") void poll();
  }
  const onVisible = (): void => void (timer === undefined && look());
  document.addEventListener("visibilitychange", onVisible);
  look();
  return () => {
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisible);
  };
}

/** Sends a change, and shows the reply to the last one. A dragged slider sends many. */
function send(work: Promise<LabView>): void {
  const number = ++changes;
  work.then(
    (view) => number === changes && set({ ...view, problem: undefined }),
    (error: unknown) => set({ problem: error instanceof Error ? error.message : String(error) }),
  );
}

export const lab = {
  choose(preset: Preset): void {
    set({ preset });
    send(changeFaults({ preset }));
  },
  change(faults: Partial<Faults>): void {
    const before = state.faults;
    if (before) set({ preset: null, faults: { ...before, ...faults } });
    send(changeFaults(faults));
  },
  reset: (credits: number = FULL_BALANCE): void => send(resetCounters(credits)),
};

/** Returns the state of the lab; without `faults` where the server has none. */
export const useLab = (): LabState => useSyncExternalStore(subscribe, () => state);

/** Returns the credits that can be spent; `undefined` where the server has no lab. */
export function useBalance(): number | undefined {
  const { stats } = useLab();
  return stats && stats.creditsBalance - stats.creditsOwed;
}
