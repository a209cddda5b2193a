// The handle of a run.

import type { InspectOptions, RunInspection } from "../npm/inspecting.ts";
import type { Outcome, Run as PublicRun, RetryItemOptions, RunReport, RunSnapshot } from "../npm/types.ts";
import { now } from "./clock.ts";
import { drainSoon } from "./drain.ts";
import { engine, load } from "./engine.ts";
import { begin, type Verb } from "./executor.ts";
import { engineOf } from "./fast-path.ts";
import { resultOf } from "./inputs.ts";
import { inspectRun } from "./inspecting.ts";
import { RESUME_OPTIONS, refuseUnknown, SETTLED_OPTIONS } from "./known-options.ts";
import { Live } from "./live.ts";
import {
  booleanOr,
  count,
  functionNamed,
  isSyncIterable,
  optionsOf,
  refusePromises,
  runOptions,
  toUnsigned,
} from "./options.ts";
import { rankItems } from "./priorities.ts";
import { progressOf } from "./progress.ts";
import { Retries } from "./retries.ts";
import type { Run, RunState } from "./run.ts";
import { abortError, onAbort } from "./signals/following.ts";
import * as table from "./table.ts";
import { indexWhenRead } from "./unread.ts";
import { badOption } from "./values.ts";

/** Discards a run whose handle was collected. Older Workers have no such registry. */
const discarded =
  typeof FinalizationRegistry === "function"
    ? new FinalizationRegistry((id: number) => engine.engine_discard(id))
    : undefined;

const METHODS = [
  "subscribe",
  "pause",
  "resume",
  "cancel",
  "cancelItem",
  "retry",
  "settled",
  "add",
  "end",
  "setConcurrency",
  "retryFailed",
  "value",
  "remove",
  "inspect",
] as const;

/** The method for `useRun`, which is in another module. Not public. */
const WATCH = Symbol.for("sluicegate.watch");

export class RunHandle implements PublicRun<unknown, unknown> {
  readonly #run: Run;
  readonly #live: Live;
  readonly #retries: Retries;
  readonly finished: Promise<RunReport<unknown>>;
  #values: Promise<unknown[]> | undefined = undefined;

  /** Opens a run in the engine, by an export of the wasm. */
  constructor(run: Run, verb: Verb) {
    load();
    this.#run = run;
    this.#live = run.live = new Live(run);
    this.#retries = new Retries(run, this.#live);
    this.finished = begin(run, verb) as Promise<RunReport<unknown>>;
    discarded?.register(run, run.id);
    // Methods need no `this`.
    for (const name of METHODS) Object.defineProperty(this, name, { value: this[name].bind(this) });
  }

  get state(): RunState {
    return this.#run.state;
  }

  get snapshot(): RunSnapshot<unknown> {
    return this.#live.snapshot(this.state, () => progressOf(this.#run));
  }

  inspect(options?: InspectOptions): RunInspection {
    return inspectRun(this.#run, options);
  }

  subscribe(listener: () => void): () => void {
    return this.#live.subscribe(functionNamed("listener", listener) as () => void);
  }

  /** Calls a function with each outcome, earlier and later ones. */
  [WATCH](listener: (outcome: Outcome<unknown>) => unknown): void {
    this.#live.watch(listener);
  }

  /** Schedules the executor, which also notifies the watchers. */
  #changed(): void {
    this.#run.hasChanged = true;
    drainSoon();
  }

  pause(): void {
    engineOf(this.#run).engine_pause(this.#run.id);
    this.#changed();
  }

  resume(options?: { retryFailed?: boolean }): void {
    const run = this.#run;
    const given = optionsOf(options);
    refuseUnknown(given, RESUME_OPTIONS);
    const retryFailed = booleanOr("retryFailed", given.retryFailed);
    if (run.state !== "paused") return;
    for (const index of retryFailed ? run.rejectedItems() : []) {
      if (engineOf(run).engine_reopen(run.id, index) !== 0) run.reopen(index);
    }
    engineOf(run).engine_resume(run.id, now());
    this.#changed();
  }

  cancel(reason?: unknown): void {
    const run = this.#run;
    const takesEffect = engineOf(run).engine_cancel(run.id, now()) !== 0;
    if (takesEffect) run.endedBy(reason === undefined ? abortError("The run was cancelled") : reason);
    this.#changed();
  }

  cancelItem(key: string, reason?: unknown): void {
    this.#retries.cancel(this.#indexOf(key), reason === undefined ? abortError("The item was cancelled") : reason);
  }

  async retry(key: string, options?: RetryItemOptions<unknown>): Promise<Outcome<unknown>> {
    return this.#retries.retry(this.#indexOf(key), options);
  }

  async retryFailed(): Promise<RunReport<unknown>> {
    const run = this.#run;
    // The engine makes the last item again if it could not be stored, and else ignores the request.
    const last = run.outcomes?.at(-1);
    const indexes = [...run.rejectedItems(), ...(last?.status === "fulfilled" ? [last.index] : [])];
    await Promise.all(indexes.map((index) => this.#retries.retry(index)));
    return this.report;
  }

  get report(): RunReport<unknown> {
    return this.#run.report(progressOf(this.#run));
  }

  get values(): Promise<unknown[]> {
    this.#values ??= this.#run.allValues();
    return this.#values;
  }

  value(key: string): Promise<unknown> {
    return this.#result(key, this.settled(key).then(takeValue));
  }

  remove(key: string): void {
    const run = this.#run;
    const index = this.#indexOf(key);
    if (!run.outcomes?.[index]) {
      throw new TypeError(`\`remove\` is for settled items, and ${JSON.stringify(key)} has no outcome yet`);
    }
    engineOf(run).engine_remove(run.id, index);
    run.remove(index);
    this.#changed();
  }

  #indexOf(key: string): number {
    return this.#run.itemKeys.indexOf(key, this.#run.items.length);
  }

  settled(key: string, options?: { signal?: AbortSignal }): Promise<Outcome<unknown>> {
    return this.#result(key, this.#settled(key, options));
  }

  async #settled(key: string, options?: { signal?: AbortSignal }): Promise<Outcome<unknown>> {
    const given = optionsOf(options);
    refuseUnknown(given, SETTLED_OPTIONS);
    const { signal } = runOptions({ signal: given.signal });
    const index = indexWhenRead(this.#run, key);
    const outcome =
      typeof index === "number" ? this.#retries.outcomeOf(index) : index.then((it) => this.#retries.outcomeOf(it));
    return signal ? unlessAborted(outcome, signal) : outcome;
  }

  /** Marks a promise as the result of an item, if the item is known. */
  #result<T>(key: string, promise: Promise<T>): Promise<T> {
    const index = this.#run.itemKeys.find(key, this.#run.items.length);
    return index === undefined ? promise : resultOf(promise, this.#run, index);
  }

  add(items: Iterable<unknown>): void {
    const run = this.#run;
    const isOpen = run.options.numbers[table.OPTION_SOURCE] === table.SOURCE_OPEN;
    if (!isOpen) throw new TypeError("`add` needs a run that was started with `open: true`");
    if (!isSyncIterable(items)) throw badOption("items", "iterable", items);
    const added = [...items];
    refusePromises(added);
    if (added.length === 0) return;
    if (!this.#acceptsItems()) throw new TypeError("`add` came after the end of the run's items");
    // Adds all items or none: if `items` or `key` throws, the run does not change.
    const before = run.items.length;
    engineOf(run).engine_push(run.id, run.append(added));
    run.journaling?.restore(before, run.items.length);
    rankItems(run, before);
    this.#changed();
  }

  end(): void {
    if (!this.#acceptsItems()) return;
    engineOf(this.#run).engine_close(this.#run.id);
    this.#changed();
  }

  #acceptsItems(): boolean {
    return engineOf(this.#run).engine_accepts(this.#run.id) !== 0;
  }

  setConcurrency(concurrency: number): void {
    const run = this.#run;
    if (run.mode.isSerial) throw new TypeError("`setConcurrency` is not for phases: they follow one another");
    engineOf(run).engine_set_limit(run.id, toUnsigned(count("concurrency", concurrency)));
    this.#changed();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Outcome<unknown>, void, void> {
    const { settledOutcomes } = this.#live;
    for (let next = 0; ; ) {
      const changed = this.#live.changed();
      while (next < settledOutcomes.length) {
        const outcome = settledOutcomes[next++];
        if (outcome) yield outcome;
      }
      if (this.#run.isOver) return;
      await changed;
    }
  }
}

function takeValue(outcome: Outcome<unknown>): unknown {
  if (outcome.status === "fulfilled" || outcome.status === "skipped") return outcome.value;
  throw outcome.reason;
}

/** Resolves with a promise, or rejects with the reason of a signal that aborts before. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw signal.reason;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    stop();
  }
}
