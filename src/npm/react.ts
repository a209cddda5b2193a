/**
 * sluicegate/react: two hooks for React 18 and 19, for every kind of run.
 *
 * The functions that they return are stable for the life of the component, whatever inline closures are passed. Under
 * StrictMode a
 * start is one start. No state is set after unmount, and a server render touches no browser global.
 * @module
 */

import { useEffect, useInsertionEffect, useState, useSyncExternalStore } from "react";
import type { Outcome, Progress, RetryItemOptions, Run, RunReport, RunSnapshot } from "./types.ts";

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
  retry(key: string, options?: RetryItemOptions<never>): Promise<Outcome<V>>;
  /** Makes all rejected items again. Rejects with a RangeError where there is no run. */
  retryFailed(): Promise<RunReport<V>>;
  setConcurrency(concurrency: number): void;
}

/** What `useRun` gives: the run that is shown, and what it can be asked. */
export interface UseRun<A extends unknown[], V, X extends Run<V>> extends RunControls<V> {
  /** Starts a run; returns the present one while that is running or paused. */
  start(...args: A): X;
  /** Cancels what is under way, and begins anew. */
  restart(...args: A): X;
  /** Adds items to a run that was started with `open: true`. */
  add: X extends { add: infer F } ? F : never;
  /** No more items will be added. */
  end(): void;
  /** `undefined` before the first start. */
  readonly run: X | undefined;
}

/** What a hook does besides. The functions are those of the latest render. */
export interface UseRunOptions<V> {
  /** @default "cancel" */
  onUnmount?: "cancel" | "keep" | undefined;
  /** Called with each outcome of the runs that the component starts. */
  onOutcome?: ((outcome: Outcome<V>) => void) | undefined;
  /** Called with the progress of the run that is shown, after every change. */
  onProgress?: ((progress: Progress) => void) | undefined;
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
  options: UseRunOptions<V> = {};
  #run: X | undefined;
  /** Runs that the component has started and that may have something under way. */
  readonly #started = new Set<X>();
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
    const run = checked(this.begin(...args));
    this.#started.add(run);
    void run.finished.then(() => run !== this.#run && this.#started.delete(run));
    void this.#tellOutcomes(run);
    run.subscribe(() => run === this.#run && this.options.onProgress?.(run.snapshot.progress));
    this.show(run);
    // A start that comes late, as after an await: there is nobody left who could cancel it.
    if (this.#isOver) this.#cancelAll();
    return run;
  }

  async #tellOutcomes(run: X): Promise<void> {
    for await (const outcome of run) this.options.onOutcome?.(outcome as Outcome<V>);
  }

  /** Also what was asked for again after the end of a run. */
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
    return () => {
      this.#isMounted = false;
      // StrictMode and hot reload take a component off and put it back in one go: that is no end.
      queueMicrotask(() => {
        if (this.#isMounted) return;
        this.#isOver = true;
        this.#cancelAll();
      });
    };
  };

  readonly controls = {
    pause: (): void => this.#run?.pause(),
    resume: (options?: { retryFailed?: boolean }): void => this.#run?.resume(options),
    cancel: (reason?: unknown): void => this.#run?.cancel(reason),
    cancelItem: (key: string, reason?: unknown): void => this.#run?.cancelItem(key, reason),
    retry: async (key: string, options?: RetryItemOptions<never>): Promise<Outcome<V>> => {
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

/** Returns the run that the caller's function has begun, or throws for what is none. */
function checked<X>(run: X): X {
  const { finished, subscribe } = (run ?? {}) as Partial<Run<unknown>>;
  if (finished && subscribe) return run;
  const isPromise = typeof (run as { then?: unknown } | undefined)?.then === "function";
  const remedy = isPromise ? "make it a plain function" : "return the run that it starts";
  throw new TypeError(`the function that is given to useRun must return a run: ${remedy}`);
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
 * A run that the component starts. While the run is cancelling, a start begins a new one and the old one drains on its
 * own;
 * `restart` cancels and begins anew. A start while it runs returns the running one; a start uses the latest closure. On
 * unmount the
 * run is cancelled, and so is one that is started later; `onUnmount: "keep"` leaves both running.
 *
 * @example
 * const shots = useRun((scenes: Scene[]) => startRun(scenes, draw, { concurrency: 2 }));
 * return <button onClick={() => shots.start(scenes)}>{shots.progress?.completed ?? 0} drawn</button>;
 */
export function useRun<A extends unknown[], V, X extends Run<V>>(
  start: (...args: A) => X & Run<V>,
  options: UseRunOptions<V> = {},
): UseRun<A, V, X> {
  if (typeof start !== "function") throw new TypeError("useRun needs a function that starts a run, not the run itself");
  const [keeper] = useState(() => new Keeper<A, V, X>());
  const run = useSyncExternalStore(keeper.subscribe, keeper.run, keeper.run);
  // Before any effect of the component, so that one of those may start it.
  useInsertionEffect(() => {
    keeper.begin = start;
    keeper.options = options;
  });
  useEffect(keeper.mount, [keeper]);
  const { start: begin, restart, controls } = keeper;
  return { ...useSeen<V>(run), ...controls, start: begin, restart, run } as UseRun<A, V, X>;
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
