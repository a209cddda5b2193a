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
/** Whether the server has no lab, as a real backend. */
let isMissing = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let changes = 0;
const listeners = new Set<() => void>();

function set(change: Partial<LabState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

async function poll(): Promise<void> {
  const before = changes;
  try {
    const view = await readLab();
    isMissing = view === undefined;
    // A change that was made meanwhile is newer than this reply.
    if (view && before === changes) set({ ...view, isAway: false });
  } catch {
    if (!state.isAway) set({ isAway: true });
  }
  if (listeners.size > 0 && !isMissing) timer = setTimeout(look, INTERVAL);
}

/** Polls while the tab is visible. */
function look(): void {
  clearTimeout(timer);
  timer = undefined;
  if (document.visibilityState === "visible") void poll();
}

function onVisible(): void {
  if (timer === undefined) look();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    document.addEventListener("visibilitychange", onVisible);
    look();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    document.removeEventListener("visibilitychange", onVisible);
    clearTimeout(timer);
    timer = undefined;
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
    if (state.faults) set({ preset: null, faults: { ...state.faults, ...faults } });
    send(changeFaults(faults));
  },
  reset(credits: number = FULL_BALANCE): void {
    send(resetCounters(credits));
  },
};

/** Returns the state of the lab; without `faults` where the server has none. */
export const useLab = (): LabState => useSyncExternalStore(subscribe, () => state);
