// What items wait for before they start: the results of other items, or any promises.

import { now } from "./clock.ts";
import { drainNow } from "./drain.ts";
import { reject } from "./failing.ts";
import { engineOf } from "./fast-path.ts";
import type { AnyFunction } from "./options.ts";
import type { Run } from "./run.ts";
import { isObject, property, textOf } from "./values.ts";

const NONE: readonly unknown[] = Object.freeze([]);

/** The item that a promise is the result of, for promises of handles. */
const origins = new WeakMap<object, { readonly run: Run; readonly index: number; isOver: boolean }>();

/** Returns a promise as the result of an item, so that items that wait for themselves can be seen. */
export function resultOf<T>(promise: Promise<T>, run: Run, index: number): Promise<T> {
  const origin = { run, index, isOver: false };
  const end = () => void (origin.isOver = true);
  const result = promise.then(
    (value) => {
      end();
      return value;
    },
    (reason) => {
      end();
      throw reason;
    },
  );
  origins.set(result, origin);
  return result;
}

/** The inputs of the items of a run. */
export class Inputs {
  readonly #values = new Map<number, readonly unknown[]>();
  /** What an item waits for now. */
  readonly #waits = new Map<number, { readonly all: Promise<unknown>; readonly given: readonly unknown[] }>();

  of(index: number): readonly unknown[] {
    return this.#values.get(index) ?? NONE;
  }

  /** Returns the keys of the unsettled items that an item waits for; `null` for any other promise. */
  awaited(index: number): (string | null)[] {
    const inputs = this.#waits.get(index)?.given.map((input) => (isObject(input) ? origins.get(input) : undefined));
    return (inputs ?? []).filter((it) => !it?.isOver).map((it) => it?.run.keyOf(it.index) ?? null);
  }

  /** Waits for what an item needs that a journal has, and that is not checked for that reason. */
  async complete(run: Run, index: number): Promise<void> {
    const { after } = run.options;
    if (!after) return;
    const given = run.callInContext(after, run.items[index], index);
    if (Array.isArray(given)) this.#values.set(index, Object.freeze(await Promise.all(given)));
  }

  discard(index: number): void {
    this.#values.delete(index);
    this.#waits.delete(index);
  }

  /** Asks the caller what an item waits for. Returns whether it is for anything. */
  await(run: Run, index: number, after: AnyFunction): boolean {
    this.discard(index);
    const given = run.callInContext(after, run.items[index], index);
    if (given === undefined || given === null) return false;
    if (!Array.isArray(given)) {
      const isPromise = typeof property(given, "then") === "function";
      if (isPromise) void Promise.resolve(given).catch(() => {});
      const remedy = isPromise ? "; it must not be async" : "";
      throw new TypeError(`\`after\` must return an array of promises, got ${textOf(given)}${remedy}`);
    }
    if (given.length === 0) return false;
    const all = Promise.all(given);
    this.#waits.set(index, { all, given });
    // One that is settled by now must not be an unhandled rejection.
    void all.then(
      (values) => this.#waits.get(index)?.all === all && this.#arrived(run, index, values),
      (reason) => this.#waits.get(index)?.all === all && this.#failed(run, index, reason),
    );
    for (const input of given) {
      const origin = isObject(input) ? origins.get(input) : undefined;
      // A result that is there stays, also while its item is made anew.
      if (!origin || origin.isOver) continue;
      if (engineOf(run).engine_depend(run.id, index, origin.run.id, origin.index) === 0) {
        throw new TypeError(`\`after\` of ${JSON.stringify(run.keyOf(index))} waits for what waits for this item`);
      }
    }
    engineOf(run).engine_defer(run.id, index);
    return true;
  }

  #arrived(run: Run, index: number, values: unknown[]): void {
    this.#waits.delete(index);
    // It may have been cancelled meanwhile.
    if (engineOf(run).engine_inputs_ready(run.id, index, now()) === 0) return;
    this.#values.set(index, Object.freeze(values));
    drainNow();
  }

  #failed(run: Run, index: number, reason: unknown): void {
    this.#waits.delete(index);
    if (engineOf(run).engine_inputs_failed(run.id, index) === 0) return;
    reject(run, index, undefined, reason);
    drainNow();
  }
}
