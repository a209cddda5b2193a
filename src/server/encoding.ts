// The state of a run as its events: the whole of it, or what has changed since the event before.

import type { OpenItem, Outcome, Progress, Run, RunSnapshot } from "../npm/types.ts";
import type { WireChange, WireEnd, WireItem, WireProgress, WireReason, WireState } from "../remote/wire.ts";

type Item = Outcome<unknown> | OpenItem;
type AnyRun = Run<unknown>;

/** Returns a reason as clients get it. */
export type EncodeReason = (reason: unknown) => WireReason;

const OPEN: readonly string[] = ["waiting", "running", "retrying"];
export const isOpen = ({ status }: Item): boolean => OPEN.includes(status);

/** Returns a time of `performance.now()` in milliseconds since 1970. */
const sinceEpoch = (time: number): number => Math.round(time - performance.now() + Date.now());
const rounded = (number: number | undefined): number | null => (number === undefined ? null : Math.round(number));

function progressOf(progress: Progress): WireProgress {
  const { completed, inProgress, total = null, failed, cancelled, skipped, fraction, eta, elapsed } = progress;
  const share = Math.round(fraction * 1e6) / 1e6;
  const { coolingUntil, isOffline } = progress;
  return [
    ...[completed, inProgress, total, failed, cancelled, skipped, share, rounded(eta), rounded(elapsed)],
    ...(coolingUntil === undefined && !isOffline ? [] : [coolingUntil === undefined ? null : sinceEpoch(coolingUntil)]),
    ...(isOffline ? [1] : []),
  ];
}

/** Reads the snapshots of a run, and writes what has changed from one to the next. */
export class Encoder {
  readonly #run: AnyRun;
  readonly #reason: EncodeReason;
  readonly #onError: (error: unknown) => void;
  /** The items of the last event, by index. */
  #items = new Map<number, Item>();
  #state: WireState["state"] | undefined;
  #isEnded = false;

  constructor(run: AnyRun, reason: EncodeReason, onError: (error: unknown) => void) {
    this.#run = run;
    this.#reason = reason;
    this.#onError = onError;
  }

  /** Whether the run has finished and none of its items is made again. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  get state(): WireState["state"] | undefined {
    return this.#state;
  }

  /** Returns the whole state as JSON. */
  whole(): string {
    const snapshot = this.#read();
    this.#items = new Map(snapshot.items.map((item) => [item.index, item]));
    const { state, progress } = snapshot;
    const items = snapshot.items.map((item) => this.#json(this.#itemOf(item, true)));
    const head = { ...(this.#isEnded && { end: this.#end() }), state, progress: progressOf(progress) };
    // The items are texts already, because one of them may have no JSON.
    return `${JSON.stringify(head).slice(0, -1)},"items":[${items.join(",")}]}`;
  }

  /** Returns what has changed as JSON; `undefined` if nothing has. */
  change(): string | undefined {
    const before = { state: this.#state, isEnded: this.#isEnded };
    const { state, progress, items } = this.#read();
    const changed: string[] = [];
    for (const item of items) {
      const known = this.#items.get(item.index);
      if (known === item) continue;
      this.#items.set(item.index, item);
      const isNew = !known || known.key !== item.key || known.item !== item.item;
      const { index, ...fields } = this.#itemOf(item, isNew);
      changed.push(`[${index},${this.#json(fields)}]`);
    }
    const gone = this.#items.size > items.length ? this.#gone(items) : [];
    const isSame = changed.length === 0 && gone.length === 0 && state === before.state;
    if (isSame && this.#isEnded === before.isEnded) return undefined;
    const change: WireChange = {
      ...(this.#isEnded ? { end: this.#end() } : before.isEnded && { end: null }),
      ...(state !== before.state && { state }),
      p: progressOf(progress),
      ...(gone.length > 0 && { gone }),
    };
    const text = JSON.stringify(change);
    return changed.length === 0 ? text : `${text.slice(0, -1)},"i":[${changed.join(",")}]}`;
  }

  #read(): RunSnapshot<unknown> {
    const { snapshot } = this.#run;
    this.#state = snapshot.state;
    this.#isEnded = snapshot.state === "finished" && !snapshot.items.some(isOpen);
    return snapshot;
  }

  #gone(items: readonly Item[]): number[] {
    const present = new Set(items.map(({ index }) => index));
    const gone = [...this.#items.keys()].filter((index) => !present.has(index));
    for (const index of gone) this.#items.delete(index);
    return gone;
  }

  #end(): WireEnd {
    const { status, error, outcomes } = this.#run.report;
    const rejected = outcomes.filter((outcome) => outcome.status === "rejected").length;
    const hasSource = error !== undefined && error.errors.length > rejected;
    return {
      status,
      ...(error && { message: error.message }),
      ...(hasSource && { source: this.#reasonOf(error.errors[0]) }),
    };
  }

  #itemOf(item: Item, isNew: boolean): WireItem {
    const { index, key, item: data, ...fields } = item as Item & Record<string, unknown>;
    const { reason, error, elapsed, startedAt, nextAttemptAt } = fields as {
      [name: string]: unknown;
      elapsed?: number;
      startedAt?: number;
      nextAttemptAt?: number;
    };
    return {
      index,
      ...(isNew && { key, item: data }),
      ...fields,
      ...("reason" in fields && { reason: this.#reasonOf(reason) }),
      ...("error" in fields && { error: this.#reasonOf(error) }),
      ...(elapsed !== undefined && { elapsed: Math.round(elapsed) }),
      ...(startedAt !== undefined && { startedAt: sinceEpoch(startedAt) }),
      ...(nextAttemptAt !== undefined && { nextAttemptAt: sinceEpoch(nextAttemptAt) }),
    } as WireItem;
  }

  /** Returns a reason as clients get it. One that cannot be shown must not hold back all other changes. */
  #reasonOf(reason: unknown): WireReason {
    try {
      return this.#reason(reason);
    } catch (error) {
      this.#onError(error);
      return { error: { name: "Error", message: "the failure cannot be shown" } };
    }
  }

  /** Returns the JSON of an item, without its values if they have none. */
  #json(fields: Partial<WireItem>): string {
    try {
      return JSON.stringify(fields);
    } catch (error) {
      this.#onError(error);
      const { item: _, value: __, data: ___, ...others } = fields;
      return JSON.stringify(others);
    }
  }
}
