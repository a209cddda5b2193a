// Records the attempts of a run from its snapshots, which tell only the present.

import type { OpenItem, Outcome, Run, RunSnapshot } from "../npm/types.ts";

export type Item = Outcome<unknown> | OpenItem;

/** An attempt of an item. Times are those of `performance.now()`. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  /** `undefined` while it is in flight. */
  endedAt?: number;
  result: "running" | "fulfilled" | "failed" | "cancelled";
  error?: unknown;
}

/** What is known of an item since the recording began. */
export interface Row {
  item: Item;
  /** When it was first seen, and again after its end. */
  seenAt: number;
  readonly attempts: Attempt[];
}

interface Cooldown {
  readonly from: number;
  until: number;
}

/** Milliseconds between two renders of a run that changes. */
const FRAME = 100;

const now = (): number => performance.now();

/** The recording of a run. All views of the run share one, which lives as long as the run. */
export class Recording {
  static #recordings = new WeakMap<Run<unknown>, Recording>();
  readonly #run: Run<unknown>;
  readonly rows = new Map<string, Row>();
  readonly cooldowns: Cooldown[] = [];
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #version = 0;
  #isOn = false;
  #snapshot: RunSnapshot<unknown> | undefined;
  beganAt = 0;
  /** When the run changed last. */
  changedAt = 0;

  static of(run: Run<unknown>): Recording {
    let recording = Recording.#recordings.get(run);
    if (!recording) Recording.#recordings.set(run, (recording = new Recording(run)));
    return recording;
  }

  constructor(run: Run<unknown>) {
    this.#run = run;
  }

  get snapshot(): RunSnapshot<unknown> {
    return this.#snapshot ?? this.#run.snapshot;
  }

  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#begin();
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #begin(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#read();
    this.beganAt = Math.min(this.changedAt, ...[...this.rows.values()].map(firstOf));
    this.#run.subscribe(this.#changed);
    void this.#run.finished.then(this.#changed);
  }

  readonly #changed = (): void => {
    this.#read();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const listener of [...this.#listeners]) listener();
    }, FRAME);
  };

  #read(): void {
    const snapshot = this.#run.snapshot;
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    this.#version++;
    const at = (this.changedAt = now());
    for (const item of snapshot.items) {
      const row = this.rows.get(item.key);
      if (row?.item === item) continue;
      if (row) follow(row, item, at);
      else this.rows.set(item.key, newRow(item, at));
    }
    if (this.rows.size > snapshot.items.length) this.#dropRemoved(snapshot);
    this.#cool(snapshot.progress.coolingUntil, at);
  }

  #dropRemoved({ items }: RunSnapshot<unknown>): void {
    const keys = new Set(items.map(({ key }) => key));
    for (const key of this.rows.keys()) if (!keys.has(key)) this.rows.delete(key);
  }

  #cool(until: number | undefined, at: number): void {
    const last = this.cooldowns.at(-1);
    if (until === undefined || until <= at) return;
    if (last && last.until >= at) last.until = Math.max(last.until, until);
    else this.cooldowns.push({ from: at, until });
  }
}

const firstOf = ({ seenAt, attempts }: Row): number => attempts[0]?.startedAt ?? seenAt;

/** Returns the row of an item that is seen for the first time. When one that is settled ended is not known. */
function newRow(item: Item, at: number): Row {
  const row: Row = { item, seenAt: at, attempts: [] };
  if (isOpen(item)) follow(row, item, at);
  return row;
}

export function isOpen(item: Item): item is OpenItem {
  return item.status === "waiting" || item.status === "running" || item.status === "retrying";
}

/** Adds what has become of an item. */
function follow(row: Row, item: Item, at: number): void {
  const before = row.item;
  row.item = item;
  if (!isOpen(item)) return settle(row, item, at);
  if (!isOpen(before)) row.seenAt = at;
  if (item.status === "running") start(row, item.attempt ?? 1, item.startedAt ?? at);
  if (item.status === "retrying") end(row, "failed", at, item.error);
}

function start(row: Row, number: number, startedAt: number): void {
  const last = row.attempts.at(-1);
  if (last?.startedAt === startedAt) return; // a report of the same attempt
  // In order, the second step of an item counts its attempts anew.
  end(row, last && number <= last.number ? "fulfilled" : "failed", startedAt);
  row.attempts.push({ number, startedAt, result: "running" });
}

function end(row: Row, result: Attempt["result"], at: number, error?: unknown): void {
  const last = row.attempts.at(-1);
  if (last?.result !== "running") return;
  last.endedAt = Math.max(at, last.startedAt);
  last.result = result;
  if (error !== undefined) last.error = error;
}

/** Ends the last attempt. One that began and ended between two snapshots is added. */
function settle(row: Row, outcome: Outcome<unknown>, at: number): void {
  const last = row.attempts.at(-1);
  if (outcome.status === "skipped") {
    // The start of a skipped item was only a look whether to skip it.
    if (last?.result === "running") row.attempts.pop();
    return;
  }
  const isMade = outcome.attempts > 0;
  if (isMade && last?.number !== outcome.attempts && outcome.status !== "cancelled")
    start(row, outcome.attempts, Math.max(at - outcome.elapsed, last?.endedAt ?? 0));
  const result = outcome.status === "rejected" ? "failed" : outcome.status;
  end(row, result, at, "reason" in outcome ? outcome.reason : undefined);
}
