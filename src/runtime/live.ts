// The state of a run for its watchers: an immutable snapshot after each change, and outcomes as they settle.

import type { OpenItem, Outcome, Progress, RunSnapshot } from "../npm/types.ts";
import type { Run, RunState } from "./run.ts";
import { reportUncaught } from "./values.ts";

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: ((value: T) => void) | undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve: resolve as (value: T) => void };
}

export class Live {
  /** Outcomes in the order in which they settled. */
  readonly settledOutcomes: (Outcome<unknown> | undefined)[] = [];
  /** Indexes of the outcomes of an item in `settledOutcomes`. */
  readonly #places = new Map<number, number[]>();
  readonly #run: Run;
  readonly #items = new Map<number, OpenItem>();
  /** Snapshots of items that have not started. */
  readonly #waiting: OpenItem[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #watchers: ((outcome: Outcome<unknown>) => unknown)[] = [];
  readonly #coming = new Map<number, Deferred<Outcome<unknown>>>();
  #change = deferred<void>();
  #snapshot: RunSnapshot<unknown> | undefined = undefined;

  constructor(run: Run) {
    this.#run = run;
  }

  // ── called by the run ──

  started(index: number, attempt: number, startedAt: number): void {
    const { error: _, nextAttemptAt: __, ...before } = this.#items.get(index) ?? this.#waitingAt(index);
    this.#set(index, { ...before, status: "running", attempt, startedAt });
  }

  retrying(index: number, why: Pick<OpenItem, "attempt" | "error" | "nextAttemptAt">): void {
    const { fraction: _, ...before } = this.#items.get(index) ?? this.#waitingAt(index);
    this.#set(index, { ...before, ...why, status: "retrying" });
  }

  reported(index: number, fraction: number | undefined, data: unknown): void {
    const before = this.#items.get(index);
    if (!before) return;
    const changes = { ...(fraction !== undefined && { fraction }), ...(data !== undefined && { data }) };
    this.#set(index, { ...before, ...changes });
  }

  settled(outcome: Outcome<unknown>): void {
    this.#snapshot = undefined;
    this.#items.delete(outcome.index);
    const place = this.settledOutcomes.push(Object.freeze(outcome)) - 1;
    const places = this.#places.get(outcome.index);
    if (places) places.push(place);
    else this.#places.set(outcome.index, [place]);
    this.#coming.get(outcome.index)?.resolve(outcome);
    this.#coming.delete(outcome.index);
    for (const watcher of [...this.#watchers]) this.#run.call(watcher, outcome);
    this.#wake();
  }

  /** Notifies all listeners of a change. */
  notify(): void {
    this.#snapshot = undefined;
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        reportUncaught(error); // the other listeners are called, too
      }
    }
  }

  finished(): void {
    this.#wake();
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = deferred();
  }

  #set(index: number, item: OpenItem): void {
    this.#snapshot = undefined;
    this.#items.set(index, Object.freeze(item));
  }

  #waitingAt(index: number): OpenItem {
    this.#waiting[index] ??= Object.freeze(this.#newItem(index));
    return this.#waiting[index];
  }

  #newItem(index: number): OpenItem {
    return { index, key: this.#run.keyOf(index), item: this.#run.items[index], status: "waiting" };
  }

  /** Discards a settled item. */
  remove(index: number): void {
    this.#snapshot = undefined;
    delete this.#waiting[index];
    for (const place of this.#places.get(index) ?? []) delete this.settledOutcomes[place];
    this.#places.delete(index);
  }

  // ── called by the handle ──

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  subscribe(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Calls a function with each outcome, earlier and later ones. */
  watch(watcher: (outcome: Outcome<unknown>) => unknown): void {
    for (const outcome of this.settledOutcomes) if (outcome) this.#run.call(watcher, outcome);
    this.#watchers.push(watcher);
  }

  /** Resolves to the item's outcome, when it has one. */
  outcomeOf(index: number): Promise<Outcome<unknown>> {
    const outcome = this.#run.outcomes?.[index];
    if (outcome) return Promise.resolve(outcome);
    let coming = this.#coming.get(index);
    if (!coming) {
      coming = deferred();
      this.#coming.set(index, coming);
    }
    return coming.promise;
  }

  /** Resolves at the next outcome, or when the run finishes. */
  changed(): Promise<void> {
    return this.#change.promise;
  }

  snapshot(state: RunState, progress: () => Progress): RunSnapshot<unknown> {
    if (this.#snapshot?.state === state) return this.#snapshot;
    const { items, outcomes, itemKeys } = this.#run;
    const seen = itemKeys
      .kept(items.length)
      .map((index) => outcomes?.[index] ?? this.#items.get(index) ?? this.#waitingAt(index));
    this.#snapshot = Object.freeze({ state, progress: progress(), items: Object.freeze(seen) });
    return this.#snapshot;
  }
}
