/**
 * sluicegate/react: two hooks for React 18 and 19, for every kind of run.
 *
 * The functions that they return stay the same for the life of the component. Under StrictMode a start is one start. No
 * state is set after unmount, and a server render uses no browser global.
 * @module
 */

import { useEffect, useInsertionEffect, useState, useSyncExternalStore } from "react";
import { reportUncaught } from "../runtime/values.ts";
import type { Journal, Outcome, Progress, RetryItemOptions, Run, RunReport, RunSnapshot } from "./types.ts";

/**
 * The state of a run and the functions that steer it. Without a run the state is "idle" and the functions do nothing.
 */
export interface RunControls<V, T = unknown> {
  readonly state: "idle" | Run<V>["state"];
  /** `undefined` without a run. */
  readonly progress: Progress | undefined;
  /** In input order; empty without a run. */
  readonly items: RunSnapshot<V, T>["items"];
  /** `undefined` until the run has finished. */
  readonly report: RunReport<V, T> | undefined;
  pause(): void;
  resume(options?: { retryFailed?: boolean }): void;
  cancel(reason?: unknown): void;
  cancelItem(key: string, reason?: unknown): void;
  /** Makes one item again. Rejects with a RangeError if there is no run or no such item. */
  retry(key: string, options?: RetryItemOptions<T>): Promise<Outcome<V, T>>;
  /** Makes all rejected items again. Rejects with a RangeError if there is no run. */
  retryFailed(): Promise<RunReport<V, T>>;
  setConcurrency(concurrency: number): void;
}

/** The items of a run. */
type ItemOf<X> = X extends Run<infer _, infer T> ? T : never;

/** The run of a component, its state, and the functions that start and steer it. */
export interface UseRun<A extends unknown[], V, X extends Run<V>> extends RunControls<V, ItemOf<X>> {
  /** Starts a run. Returns the current run while that is running or paused. */
  start(...args: A): X;
  /** Cancels the current run and starts another one. */
  restart(...args: A): X;
  /** Adds items to a run that was started with `open: true`. */
  add: X extends { add: infer F } ? F : never;
  /** No more items will be added. */
  end(): void;
  /** `undefined` before the first start. */
  readonly run: X | undefined;
}

/** Options of `useRun`. The functions of the latest render are called. */
export interface UseRunOptions<V, T = unknown> {
  /** What unmounting does to the runs that the component has started. @default "cancel" */
  onUnmount?: "cancel" | "keep" | undefined;
  /**
   * Called with each outcome of the runs that the component starts, also of retries after the end. What it throws goes
   * to `reportError` or the console.
   */
  onOutcome?: ((outcome: Outcome<V, T>) => void) | undefined;
  /** Called with the progress of the run that is shown, after every change. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * The journal of the runs that the component starts. When the component is mounted and the run of the journal has not
   * completed, it is started again with the arguments that it was started with. They must be cloneable, as for
   * `structuredClone`.
   */
  resume?: Journal | undefined;
}

/** What `sluicegate/journal` offers to the hooks. Not public. */
interface Resumable {
  /** The arguments of the run. */
  input: readonly unknown[] | undefined;
  /** Returns the arguments of the run that has not completed, if there is one. */
  unfinished(): Promise<readonly unknown[] | undefined>;
}

const JOURNAL = Symbol.for("sluicegate.journal");
const resumable = (journal: Journal | undefined): Resumable | undefined =>
  journal && (Reflect.get(journal, JOURNAL) as Resumable);

/** The state of a run as React reads it: the same object until something changes. */
interface ViewState<V> {
  readonly snapshot: RunSnapshot<V> | undefined;
  readonly report: RunReport<V> | undefined;
}

/** The method of a run that calls a function with each of its outcomes. See `RunHandle`. */
const WATCH = Symbol.for("sluicegate.watch");

interface Watchable<V, T> {
  [WATCH](listener: (outcome: Outcome<V, T>) => void): void;
}

const NOTHING: ViewState<never> = { snapshot: undefined, report: undefined };
const NO_ITEMS: readonly never[] = Object.freeze([]);

/** Joins the snapshots of a run with its report. All components that show a run share one. */
class Watch<V> {
  static #watches = new WeakMap<Run<unknown>, Watch<unknown>>();
  #run: Run<V>;
  #state: ViewState<V> = NOTHING;
  #report: RunReport<V> | undefined;
  #finished: Promise<RunReport<V>> | undefined;
  #listeners = new Set<() => void>();

  static of<V>(run: Run<V>): Watch<V> {
    let watch = Watch.#watches.get(run) as Watch<V> | undefined;
    if (!watch) Watch.#watches.set(run, (watch = new Watch(run)) as Watch<unknown>);
    return watch;
  }

  constructor(run: Run<V>) {
    this.#run = run;
    this.#watchEnd();
  }

  /** A run on a server that is continued ends again. */
  #watchEnd(): void {
    const { finished } = this.#run;
    if (finished === this.#finished) return;
    this.#finished = finished;
    this.#report = undefined;
    void finished.then((report) => {
      if (finished !== this.#finished) return;
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

  readonly read = (): ViewState<V> => {
    const { snapshot } = this.#run;
    this.#watchEnd();
    if (this.#state.snapshot !== snapshot || this.#state.report !== this.#report)
      this.#state = { snapshot, report: this.#report };
    return this.#state;
  };
}

/** The state of a component that outlives its renders: its run, and functions that stay the same. */
class Keeper<A extends unknown[], V, X extends Run<V>> {
  /** The function of the latest render. */
  begin: ((...args: A) => X) | undefined;
  options: UseRunOptions<V, ItemOf<X>> = {};
  #run: X | undefined;
  /** Runs that the component has started and that may have attempts in flight. */
  readonly #started = new Set<X>();
  #isMounted = false;
  /** Whether the component was mounted and is no longer. Effects of children may start a run before `mount`. */
  #isOver = false;
  #listeners = new Set<() => void>();

  readonly run = (): X | undefined => this.#run;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = (...args: A): X => {
    const state = this.#run?.state;
    if (this.#run && (state === "running" || state === "paused")) return this.#run;
    return this.#begin(args);
  };

  readonly restart = (...args: A): X => {
    this.#run?.cancel();
    return this.#begin(args);
  };

  #begin(args: A): X {
    if (!this.begin) throw new TypeError("`start` came before the component was mounted");
    const journal = resumable(this.options.resume);
    if (journal) journal.input = args;
    const run = checked(this.begin(...args));
    this.#reportOutcomes(run);
    this.#started.add(run);
    void run.finished.then(() => run !== this.#run && this.#started.delete(run));
    run.subscribe(() => run === this.#run && this.options.onProgress?.(run.snapshot.progress));
    this.show(run);
    // A start after the unmount, such as after an await: no component is left to cancel it.
    if (this.#isOver) this.#cancelAll();
    return run;
  }

  #reportOutcomes(run: X): void {
    if (this.#started.has(run)) return;
    (run as unknown as Watchable<V, ItemOf<X>>)[WATCH]((outcome) => this.options.onOutcome?.(outcome));
  }

  /** Cancels all runs, also items that were retried after the end of a run. */
  #cancelAll(): void {
    if (this.options.onUnmount === "keep") return;
    for (const run of this.#started) run.cancel();
  }

  show(run: X | undefined): void {
    if (run === this.#run) return;
    this.#run = run;
    for (const listener of [...this.#listeners]) listener();
  }

  readonly mount = (): (() => void) => {
    this.#isMounted = true;
    this.#isOver = false;
    this.#resume().catch(reportUncaught);
    return () => {
      this.#isMounted = false;
      // StrictMode and hot reload unmount a component and mount it again in one turn. That is no end.
      queueMicrotask(() => {
        if (this.#isMounted) return;
        this.#isOver = true;
        this.#cancelAll();
      });
    };
  };

  /** Starts the run of the journal again, if it has not completed and nothing else was started. */
  async #resume(): Promise<void> {
    const args = await resumable(this.options.resume)?.unfinished();
    if (args && this.#isMounted && !this.#run) this.start(...(args as A));
  }

  readonly controls = {
    pause: (): void => this.#run?.pause(),
    resume: (options?: { retryFailed?: boolean }): void => this.#run?.resume(options),
    cancel: (reason?: unknown): void => this.#run?.cancel(reason),
    cancelItem: (key: string, reason?: unknown): void => this.#run?.cancelItem(key, reason),
    retry: async (key: string, options?: RetryItemOptions<unknown>): Promise<Outcome<V>> => {
      if (!this.#run) throw new RangeError("there is no run yet");
      return this.#run.retry(key, options) as Promise<Outcome<V>>;
    },
    retryFailed: async (): Promise<RunReport<V>> => {
      if (!this.#run) throw new RangeError("there is no run yet");
      return this.#run.retryFailed() as Promise<RunReport<V>>;
    },
    add: (items: Iterable<never>): void => this.#run?.add(items as never),
    end: (): void => this.#run?.end(),
    setConcurrency: (concurrency: number): void => this.#run?.setConcurrency(concurrency),
  };
}

/** Returns the run that the caller's function has started. Throws if it is not a run. */
function checked<X>(run: X): X {
  const { finished, subscribe } = (run ?? {}) as Partial<Run<unknown>>;
  if (finished && subscribe) return run;
  const isPromise = typeof (run as { then?: unknown } | undefined)?.then === "function";
  const remedy = isPromise ? "make it a plain function" : "return the run that it starts";
  throw new TypeError(`the function that is given to useRun must return a run: ${remedy}`);
}

const never = (): (() => void) => () => {};
const nothing = (): ViewState<never> => NOTHING;

function useView<V>(run: Run<V> | undefined): Omit<RunControls<V>, keyof Keeper<never, V, Run<V>>["controls"]> {
  const watch = run && Watch.of(run);
  const read: () => ViewState<V> = watch ? watch.read : nothing;
  // Idle on the server, and in the first render of a hydration, which must equal that of the server.
  const { snapshot, report } = useSyncExternalStore<ViewState<V>>(watch ? watch.subscribe : never, read, nothing);
  return {
    state: snapshot ? snapshot.state : "idle",
    progress: snapshot?.progress,
    items: snapshot ? snapshot.items : NO_ITEMS,
    report,
  };
}

/**
 * Starts runs from a component, and shows the latest. `start` while the run is running or paused returns that run.
 * While it is cancelling, `start` begins a new run, and the old one drains on its own. `restart` cancels and starts
 * again. A start uses the closure of the latest render. Unmounting cancels the runs, also one that is started later,
 * unless `onUnmount` is "keep".
 *
 * @throws TypeError if `start` is not a function, or returns no run.
 * @example
 * const shots = useRun((scenes: Scene[]) => startRun(scenes, draw, { concurrency: 2 }));
 * return <button onClick={() => shots.start(scenes)}>{shots.progress?.completed ?? 0} drawn</button>;
 */
export function useRun<A extends unknown[], V, X extends Run<V>>(
  start: (...args: A) => X & Run<V>,
  options: UseRunOptions<V, ItemOf<X>> = {},
): UseRun<A, V, X> {
  if (typeof start !== "function") throw new TypeError("useRun needs a function that starts a run, not the run itself");
  const [keeper] = useState(() => new Keeper<A, V, X>());
  const run = useSyncExternalStore(keeper.subscribe, keeper.run, keeper.run);
  // Before any effect of the component, so that its effects can start a run.
  useInsertionEffect(() => {
    keeper.begin = start;
    keeper.options = options;
  });
  useEffect(keeper.mount, [keeper]);
  const { start: begin, restart, controls } = keeper;
  return { ...useView<V>(run), ...controls, start: begin, restart, run } as UseRun<A, V, X>;
}

/**
 * Shows a run that lives outside the component. Unmounting does not cancel it.
 *
 * @example
 * const { progress, cancel } = useRunState(run);
 */
export function useRunState<V, T>(run: Run<V, T> | undefined): RunControls<V, T> {
  const [keeper] = useState(() => new Keeper<never, V, Run<V, T>>());
  useInsertionEffect(() => keeper.show(run));
  return { ...useView(run), ...keeper.controls } as RunControls<V, T>;
}
