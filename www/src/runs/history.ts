/**
 * The runs of this browser, for a later visit: what was asked for, what it gave and what it cost. What they have done
 * is in their journals; these records only show it.
 */
import { useSyncExternalStore } from "react";
import { indexedDbJournal } from "sluicegate/journal";
import { createStore, useStore } from "../store";

export type PastStatus = "unfinished" | "partial" | "completed";

export interface PastRun<Input = unknown, Value = unknown> {
  /** Also the name of its journal. */
  readonly id: string;
  readonly page: string;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly status: PastStatus;
  readonly done: number;
  readonly total: number;
  readonly credits: number;
  /** Only of the last run of a page. */
  readonly input?: Input;
  /** Results by the key of their item. Only of the last run of a page. */
  readonly values?: Readonly<Record<string, Value>>;
}

const STORED = "storyboard-runs";
const MOST = 20;

let memory: readonly PastRun[] = [];

function read(): readonly PastRun[] {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? "[]");
  } catch {
    return memory;
  }
}

/** Without storage, the runs last as long as the page. */
function write(runs: readonly PastRun[]): void {
  memory = runs;
  try {
    localStorage.setItem(STORED, JSON.stringify(runs));
  } catch {}
  store.set(runs);
}

/** The runs that this tab has worked on. */
const own = new Set<string>();

/** Counts how often another tab has replaced a run of this tab, whose page is then shown anew. */
export const replacements = createStore(0);

const store = createStore<readonly PastRun[]>(read(), () => {
  const reread = (event: StorageEvent): void => {
    if (event.key !== STORED) return;
    const runs = read();
    const isReplaced = store.get().some(({ id, input }) => input && own.has(id) && !hasWork(runs, id));
    store.set(runs);
    if (isReplaced) replacements.set(replacements.get() + 1);
  };
  // Another tab may have written while nobody followed.
  store.set(read());
  addEventListener("storage", reread);
  return () => removeEventListener("storage", reread);
});

/** Returns the runs of a page, the last one first. */
export function useHistory(page: string): readonly PastRun[] {
  const runs = useStore(store);
  return runs.filter((run) => run.page === page);
}

const hasWork = (runs: readonly PastRun[], id: string): boolean => runs.some((run) => run.id === id && run.input);

/** Notes that this tab works on a run. */
export const claimRun = (id: string): void => void own.add(id);

/** Adds a run. It replaces the last run of its page, whose inputs, results and journal are removed. */
export function addRun(run: PastRun): void {
  const others = read().map((other) => (other.page === run.page ? withoutWork(other) : other));
  write([run, ...others].slice(0, MOST));
}

export function changeRun(id: string, change: Partial<PastRun>): void {
  write(read().map((run) => (run.id === id ? { ...run, ...change } : run)));
}

function withoutWork({ input, values, ...rest }: PastRun): PastRun {
  if (input !== undefined)
    void indexedDbJournal(rest.id)
      .clear()
      .catch(() => {});
  return rest;
}

/** Returns whether the browser is online. */
export function useIsOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      addEventListener("online", listener);
      addEventListener("offline", listener);
      return () => {
        removeEventListener("online", listener);
        removeEventListener("offline", listener);
      };
    },
    () => navigator.onLine,
  );
}
