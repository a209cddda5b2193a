/**
 * The runs of this browser, for a later visit: what was asked for, what it gave and what it cost. What they have done
 * is in their journals; these records only show it.
 */
import { useSyncExternalStore } from "react";
import { createStore } from "recipes/shared/store";
import { indexedDbJournal } from "sluicegate/journal";
import { useStore } from "../store";

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
  /** Milliseconds that the run has been on, in all visits together. */
  readonly elapsed?: number;
  /** Only of the last run of a page. */
  readonly input?: Input;
  /** Results by the key of their item. Only of the last run of a page. */
  readonly values?: Readonly<Record<string, Value>>;
}

/** Each run has an entry of its own: tabs that write at once lose nothing. */
const PREFIX = "storyboard-run:";
const MOST = 20;

/** The runs that could not be stored. They last as long as the page. */
const memory = new Map<string, PastRun>();

/** Returns all runs, the last one first. */
function read(): readonly PastRun[] {
  const runs = new Map<string, PastRun>();
  for (const [id, text] of stored()) {
    try {
      runs.set(id, JSON.parse(text));
    } catch {} // one that cannot be read hides no other
  }
  for (const [id, run] of memory) runs.set(id, run);
  return [...runs.values()].sort((a, b) => b.startedAt - a.startedAt);
}

/** Returns the stored texts of runs by their ids; none where a page may not store. */
function stored(): readonly (readonly [id: string, text: string])[] {
  try {
    const all = Object.entries<string>(localStorage);
    return all.filter(([key]) => key.startsWith(PREFIX)).map(([key, text]) => [key.slice(PREFIX.length), text]);
  } catch {
    return [];
  }
}

function write(run: PastRun): void {
  try {
    localStorage.setItem(PREFIX + run.id, JSON.stringify(run));
    memory.delete(run.id);
  } catch {
    memory.set(run.id, run);
  }
}

function remove(id: string): void {
  memory.delete(id);
  try {
    localStorage.removeItem(PREFIX + id);
  } catch {} // a page that may not store
}

/** The runs that this tab has worked on. */
const own = new Set<string>();

/** Counts how often another tab has replaced a run of this tab, whose page is then shown anew. */
export const replacements = createStore(0);

const store = createStore<readonly PastRun[]>(read(), () => {
  const reread = (event: StorageEvent): void => {
    if (!event.key?.startsWith(PREFIX)) return;
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
  for (const other of read()) if (other.page === run.page) write(withoutWork(other));
  write(run);
  for (const { id } of read().slice(MOST)) remove(id);
  store.set(read());
}

export function changeRun(id: string, change: Partial<PastRun>): void {
  const run = findRun(id);
  if (!run) return;
  write({ ...run, ...change });
  store.set(read());
}

export const findRun = (id: string): PastRun | undefined => read().find((run) => run.id === id);

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
