/**
 * The runs of this browser, for a later visit: what was asked for, what it gave and what it cost. What they have done
 * is in their journals; these records only show it.
 */
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

/** The texts of runs that could not be stored. They last as long as the page. */
const memory = new Map<string, string>();

/** Returns what `work` returns, or nothing where a page may not store, or what it has stored cannot be read. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Returns all runs, the last one first. One that cannot be read hides no other. */
function read(): readonly PastRun[] {
  const texts = Object.entries<string>({ ...tried(() => ({ ...localStorage })), ...Object.fromEntries(memory) });
  return texts
    .flatMap(([key, text]) => (key.startsWith(PREFIX) && tried((): PastRun => JSON.parse(text))) || [])
    .sort((a, b) => b.startedAt - a.startedAt);
}

function write(run: PastRun): void {
  const [key, text] = [PREFIX + run.id, JSON.stringify(run)];
  if (tried(() => (localStorage.setItem(key, text), true))) memory.delete(key);
  else memory.set(key, text);
}

function remove(id: string): void {
  memory.delete(PREFIX + id);
  tried(() => localStorage.removeItem(PREFIX + id));
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
