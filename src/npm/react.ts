/**
 * sluicegate/react: two hooks for React 18 and 19, for every kind of run.
 *
 * The functions that they return are stable for the life of the component, whatever inline closures are passed. Under
 * StrictMode a
 * start is one start. No state is set after unmount, and a server render touches no browser global.
 * @module
 */

import { useEffect, useInsertionEffect, useState, useSyncExternalStore } from "react";
import type { Outcome, Progress, Run, RunReport, RunSnapshot } from "./types.ts";

/**
 * What a component sees of a run, and what it can ask of it. Without a run the state is "idle" and the functions do
 * nothing.
 */
export interface RunControls<V> {
  readonly state: "idle" | Run<V>["state"];
  /** `undefined` without a run. */
  readonly progress: Progress | undefined;
  /** In input order; empty without a run. */
  readonly items: RunSnapshot<V>["items"];
  /** When the run has finished. */
  readonly report: RunReport<V> | undefined;
  pause(): void;
  resume(options?: { retryFailed?: boolean }): void;
  cancel(reason?: unknown): void;
  cancelItem(key: string, reason?: unknown): void;
  /** Rejects with a RangeError where there is no run or no such item. */
  retry(key: string, options?: { regenerate?: boolean }): Promise<Outcome<V>>;
  setConcurrency(concurrency: number): void;
}

/** What is seen of a run: the same object until something changed. */
interface Seen<V> {
  readonly snapshot: RunSnapshot<V> | undefined;
  readonly report: RunReport<V> | undefined;
}

const NOTHING: Seen<never> = { snapshot: undefined, report: undefined };
const NO_ITEMS: readonly never[] = Object.freeze([]);

/** One a run, however many components look at it: the report comes after the last snapshot. */
class Watch<V> {
  static #watches = new WeakMap<Run<unknown>, Watch<unknown>>();
  #run: Run<V>;
  #seen: Seen<V> = NOTHING;
  #report: RunReport<V> | undefined;
  #listeners = new Set<() => void>();

  static of<V>(run: Run<V>): Watch<V> {
    let watch = Watch.#watches.get(run) as Watch<V> | undefined;
    if (!watch) Watch.#watches.set(run, (watch = new Watch(run)) as Watch<unknown>);
    return watch;
  }

  constructor(run: Run<V>) {
    this.#run = run;
    void run.finished.then((report) => {
      this.#report = report;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    const unsubscribe = this.#run.subscribe(listener);
    return () => {
      this.#listeners.delete(listener);
      unsubscribe();
    };
  };

  readonly seen = (): Seen<V> => {
    const { snapshot } = this.#run;
    if (this.#seen.snapshot !== snapshot || this.#seen.report !== this.#report)
      this.#seen = { snapshot, report: this.#report };
    return this.#seen;
  };
}

/** What a component keeps over its renders: the run that it looks at, and functions that are always the same. */
class Keeper<A extends unknown[], V, X extends Run<V>> {
  /** As of the latest render. */
  begin: ((...args: A) => X) | undefined;
  onUnmount: "cancel" | "keep" = "cancel";
  #run: X | undefined;
  #isMounted = false;
  /** Has been mounted, and is no more. Until then a start is an early one: effects of children come before `mount`. */
  #isOver = false;
  #listeners = new Set<() => void>();

  readonly run = (): X | undefined => this.#run;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = (...args: A): X => {
    if (this.#run && this.#run.state !== "finished") return this.#run;
    if (!this.begin) throw new TypeError("`start` came before the component was mounted");
    this.show(this.begin(...args));
    // A start that comes late, as after an await: there is nobody left who could cancel it.
    if (this.#isOver && this.onUnmount === "cancel") this.#run?.cancel();
    return this.#run as unknown as X;
  };

  show(run: X | undefined): void {
    if (run === this.#run) return;
    this.#run = run;
    for (const listener of [...this.#listeners]) listener();
  }

  readonly mount = (): (() => void) => {
    this.#isMounted = true;
    this.#isOver = false;
    return () => {
      this.#isMounted = false;
      // StrictMode and hot reload take a component off and put it back in one go: that is no end.
      queueMicrotask(() => {
        if (this.#isMounted) return;
        this.#isOver = true;
        if (this.onUnmount === "cancel") this.#run?.cancel();
      });
    };
  };

  readonly controls = {
    pause: (): void => this.#run?.pause(),
    resume: (options?: { retryFailed?: boolean }): void => this.#run?.resume(options),
    cancel: (reason?: unknown): void => this.#run?.cancel(reason),
    cancelItem: (key: string, reason?: unknown): void => this.#run?.cancelItem(key, reason),
    retry: async (key: string, options?: { regenerate?: boolean }): Promise<Outcome<V>> => {
      if (!this.#run) throw new RangeError("there is no run yet");
      return this.#run.retry(key, options);
    },
    setConcurrency: (concurrency: number): void => this.#run?.setConcurrency(concurrency),
  };
}

const never = (): (() => void) => () => {};
const nothing = (): Seen<never> => NOTHING;

function useSeen<V>(run: Run<V> | undefined): Omit<RunControls<V>, keyof Keeper<never, V, Run<V>>["controls"]> {
  const watch = run && Watch.of(run);
  const seen: () => Seen<V> = watch ? watch.seen : nothing;
  // On the server idle, and so at first where its page is hydrated: by then the run may be anywhere.
  const { snapshot, report } = useSyncExternalStore<Seen<V>>(watch ? watch.subscribe : never, seen, nothing);
  return {
    state: snapshot ? snapshot.state : "idle",
    progress: snapshot?.progress,
    items: snapshot ? snapshot.items : NO_ITEMS,
    report,
  };
}

/**
 * A run that the component starts. A start while it runs returns the running one; a start uses the latest closure. On
 * unmount the
 * run is cancelled, and so is one that is started later; `onUnmount: "keep"` leaves both running.
 *
 * @example
 * const shots = useRun((scenes: Scene[]) => startRun(scenes, draw, { concurrency: 2 }));
 * return <button onClick={() => shots.start(scenes)}>{shots.progress?.completed ?? 0} drawn</button>;
 */
export function useRun<A extends unknown[], V, X extends Run<V>>(
  start: (...args: A) => X & Run<V>,
  options?: { onUnmount?: "cancel" | "keep" | undefined },
): RunControls<V> & { start(...args: A): X; readonly run: X | undefined } {
  const [keeper] = useState(() => new Keeper<A, V, X>());
  const run = useSyncExternalStore(keeper.subscribe, keeper.run, keeper.run);
  const onUnmount = options?.onUnmount ?? "cancel";
  // Before any effect of the component, so that one of those may start it.
  useInsertionEffect(() => {
    keeper.begin = start;
    keeper.onUnmount = onUnmount;
  });
  useEffect(keeper.mount, [keeper]);
  return { ...useSeen<V>(run), ...keeper.controls, start: keeper.start, run };
}

/**
 * The state of a run that lives outside the component.
 *
 * @example
 * const { progress, cancel } = useRunState(run);
 */
export function useRunState<V>(run: Run<V> | undefined): RunControls<V> {
  const [keeper] = useState(() => new Keeper<never, V, Run<V>>());
  useInsertionEffect(() => keeper.show(run));
  return { ...useSeen(run), ...keeper.controls };
}
