// The public state of a run on a server: snapshots, outcomes and reports, made of its events.

import type { OpenItem, Outcome, Progress, RunReport, RunSnapshot } from "../npm/types.ts";
import { revived } from "./errors.ts";
import { Replica, type WireChange, type WireItem, type WireProgress, type WireState } from "./wire.ts";

export type Item = Outcome<unknown> | OpenItem;

const OPEN: readonly string[] = ["waiting", "running", "retrying"];
export const isOutcome = (item: Item | undefined): item is Outcome<unknown> =>
  item !== undefined && !OPEN.includes(item.status);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export class View {
  readonly #replica = new Replica();
  /** By index, with holes. An item stays the same object until it changes. */
  #items: (Item | undefined)[] = [];
  readonly #indexes = new Map<string, number>();
  #snapshot: RunSnapshot<unknown> | undefined;
  /** What to add to a time of the server to get one of `performance.now()`. */
  #offset = performance.now() - Date.now();
  /** Why the run is no longer known. */
  #failure: { readonly error: unknown } | undefined;
  /** Whether a state has come. */
  isKnown = false;

  /** The clock of the server, as an event says. */
  setClock(now: number): void {
    if (Number.isFinite(now)) this.#offset = performance.now() - now;
  }

  /** Replaces the whole state. Returns the new outcomes. */
  replace(state: WireState): Outcome<unknown>[] {
    const before = this.#replica.items;
    const items = this.#items;
    this.#replica.replace(state);
    this.isKnown = true;
    this.#items = [];
    this.#indexes.clear();
    const changed = state.items.flatMap((item) => {
      if (!isSame(item, before[item.index])) return [item.index];
      this.#set(item.index, items[item.index] as Item);
      return [];
    });
    return this.#decode(changed, items);
  }

  /** Applies a change. Returns the new outcomes. */
  change(change: WireChange): Outcome<unknown>[] {
    const changed = this.#replica.change(change);
    for (const index of change.gone ?? []) {
      const { key = "" } = this.#items[index] ?? {};
      if (this.#indexes.get(key) === index) this.#indexes.delete(key);
      this.#items[index] = undefined;
    }
    return this.#decode(changed, [...this.#items]);
  }

  #set(index: number, item: Item): void {
    this.#items[index] = item;
    this.#indexes.set(item.key, index);
  }

  #decode(indexes: readonly number[], before: readonly (Item | undefined)[]): Outcome<unknown>[] {
    this.#snapshot = undefined;
    return indexes.flatMap((index) => {
      const item = this.#decoded(this.#replica.items[index] as WireItem);
      this.#set(index, item);
      return isOutcome(item) && isNew(item, before[index]) ? [item] : [];
    });
  }

  #decoded(wire: WireItem): Item {
    const { reason, error, startedAt, nextAttemptAt, ...others } = wire;
    const local = (time: number) => time + this.#offset;
    return Object.freeze({
      item: undefined,
      ...others,
      ...(wire.status === "fulfilled" && { value: wire.value }),
      ...(reason && { reason: revived(reason) }),
      ...(error && { error: revived(error) }),
      ...(startedAt !== undefined && { startedAt: local(startedAt) }),
      ...(nextAttemptAt !== undefined && { nextAttemptAt: local(nextAttemptAt) }),
    }) as Item;
  }

  /** The run is no longer known: nothing comes any more. */
  fail(error: unknown): void {
    this.#snapshot = undefined;
    this.#failure = { error };
  }

  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  get state(): RunSnapshot<unknown>["state"] {
    return this.#failure ? "finished" : this.#replica.state;
  }

  /** Whether the run has finished, and none of its items is made again. */
  get isEnded(): boolean {
    return this.#failure !== undefined || this.#replica.end !== undefined;
  }

  /** Returns whether there is an item with an index. */
  has(index: number): boolean {
    return this.#items[index] !== undefined;
  }

  /** Returns an item by its key. */
  item(key: string): Item | undefined {
    const index = this.#indexes.get(key);
    return index === undefined ? undefined : this.#items[index];
  }

  /** Whether the run has no further items than those that are known. */
  get isWhole(): boolean {
    return this.isKnown && (this.isEnded || typeof this.#replica.progress[2] === "number");
  }

  get snapshot(): RunSnapshot<unknown> {
    this.#snapshot ??= Object.freeze({
      state: this.state,
      progress: Object.freeze(this.#progress(this.#replica.progress)),
      items: Object.freeze(this.#items.filter((item) => item !== undefined)),
    });
    return this.#snapshot;
  }

  #progress(numbers: WireProgress): Progress {
    const at = (index: number) => numbers[index] ?? 0;
    const known = (index: number) => numbers[index] ?? undefined;
    const cooling = known(9);
    return {
      ...{ completed: at(0), inProgress: at(1), total: known(2), failed: at(3), cancelled: at(4), skipped: at(5) },
      ...{ fraction: at(6), eta: known(7), elapsed: at(8) },
      coolingUntil: cooling === undefined ? undefined : cooling + this.#offset,
      ...(numbers[10] && { isOffline: true as const }),
    };
  }

  get report(): RunReport<unknown> {
    const { items, progress } = this.snapshot;
    const { end } = this.#replica;
    const outcomes = items.filter(isOutcome);
    const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    const source = this.#failure ?? (end?.source && { error: revived(end.source) });
    const errors = source ? [source.error, ...reasons] : reasons;
    const message = this.#failure ? "the run on the server is no longer known" : end?.message;
    return {
      status: this.#failure ? "failed" : (end?.status ?? "partial"),
      outcomes,
      values: outcomes.flatMap((outcome) => ("value" in outcome ? [outcome.value] : [])),
      error: errors.length > 0 ? new AggregateError(errors, message) : undefined,
      progress,
    };
  }

  /** Returns the reason with which a run that has not completed rejects. */
  whyNot({ status, outcomes, error }: RunReport<unknown>): unknown {
    if (this.#failure) return this.#failure.error;
    const { source } = this.#replica.end ?? {};
    if (status === "cancelled") {
      const cancelled = outcomes.find((outcome) => outcome.status === "cancelled");
      return cancelled ? cancelled.reason : new DOMException("The run was cancelled", "AbortError");
    }
    if (source) return revived(source);
    return status === "failed" ? error?.errors[0] : error;
  }
}

/** Returns whether an outcome is another one than that before. A restored one is the same as before the restart. */
function isNew(outcome: Outcome<unknown>, before: Item | undefined): boolean {
  if (!isOutcome(before)) return true;
  return !("restored" in outcome && outcome.status === before.status);
}
