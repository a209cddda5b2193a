// What goes over the wire between `sluicegate/server` and `sluicegate/remote`: the whole state of a run, and changes of
// it. Times are milliseconds since 1970, by the clock of the server.

/** Any value that was thrown: an error by its fields, or another value as it is. */
export type WireReason = { readonly error: WireError } | { readonly value?: unknown };

export interface WireError {
  readonly name: string;
  readonly message: string;
  /** `status`, `code` and others that are data. */
  readonly [field: string]: unknown;
  /** The failures of an AggregateError or a RetryError. */
  readonly errors?: readonly WireReason[];
}

/** An item, with the fields of the public `Outcome` and `OpenItem`. */
export interface WireItem {
  readonly index: number;
  readonly key: string;
  readonly item?: unknown;
  readonly status: "waiting" | "running" | "retrying" | "fulfilled" | "rejected" | "cancelled" | "skipped";
  readonly reason?: WireReason;
  readonly error?: WireReason;
  readonly nextAttemptAt?: number;
  readonly startedAt?: number;
  /** The others are as in the snapshot. */
  readonly [field: string]: unknown;
}

/** completed, inProgress, total, failed, cancelled, skipped, fraction, eta, elapsed, coolingUntil, isOffline. */
export type WireProgress = readonly (number | null)[];

/** The end of a run of which no item is under way. */
export interface WireEnd {
  readonly status: "completed" | "partial" | "failed" | "cancelled";
  /** Message of `report.error`. */
  readonly message?: string;
  /** The failure of the source of the items. */
  readonly source?: WireReason;
}

/** The whole state of a run. */
export interface WireState {
  readonly end?: WireEnd;
  readonly state: "running" | "paused" | "cancelling" | "finished";
  readonly progress: WireProgress;
  readonly items: readonly WireItem[];
}

/** What has changed. What is missing is as before. */
export interface WireChange {
  /** `null`: items of a finished run are made again. */
  readonly end?: WireEnd | null;
  readonly state?: WireState["state"];
  readonly p?: WireProgress;
  /** Items by their index. Of known ones `key` and `item` are missing where they are the same. */
  readonly i?: readonly (readonly [index: number, item: Partial<WireItem>])[];
  /** Indexes of removed items. */
  readonly gone?: readonly number[];
}

/** An event, in an answer to a poll. */
export interface WireEvent {
  readonly id: string;
  /** "state" is a `WireState`, "message" a `WireChange`. */
  readonly event: "state" | "message";
  readonly data: WireState | WireChange;
}

/** The answer to a poll. */
export interface WireEvents {
  /** The time of the server. */
  readonly now: number;
  readonly events: readonly WireEvent[];
}

/** The state of a run as its events have made it. */
export class Replica {
  end: WireEnd | undefined = undefined;
  state: WireState["state"] = "running";
  progress: WireProgress = [];
  /** By index, with holes for removed items. */
  items: WireItem[] = [];

  /** Replaces all. */
  replace({ end, state, progress, items }: WireState): void {
    this.end = end;
    this.state = state;
    this.progress = progress;
    this.items = [];
    for (const item of items) this.items[item.index] = item;
  }

  /** Applies a change. Returns the indexes of the items that are new or changed. */
  change({ end, state, p, i = [], gone = [] }: WireChange): number[] {
    if (end !== undefined) this.end = end ?? undefined;
    if (state) this.state = state;
    if (p) this.progress = p;
    for (const index of gone) delete this.items[index];
    return i.map(([index, changed]) => {
      const { key, item } = this.items[index] ?? {};
      const before = key === undefined ? {} : { key, ...(item !== undefined && { item }) };
      this.items[index] = { index, ...before, ...changed } as WireItem;
      return index;
    });
  }

  /** Returns the whole state. */
  whole(): WireState {
    const { end, state, progress } = this;
    return { ...(end && { end }), state, progress, items: this.items.filter((item) => item !== undefined) };
  }
}

/** Begins the text of an event with which a run has ended. The end is its first field. */
export const ENDED = '{"end":{';
/** Begins the text of a change with which items of a finished run are made again. */
export const REOPENED = '{"end":null';

/** The parts of a version: the token of the owner, and the number of the event. */
export function partsOf(version: string): readonly [token: number, number: number] {
  const [token = 0, number = 0] = version.split(".").map(Number);
  return [token, number];
}

/** Returns whether `version` is `reference` or comes after it. */
export function isAtLeast(version: string, reference: string): boolean {
  const [token, number] = partsOf(version);
  const [otherToken, otherNumber] = partsOf(reference);
  return token > otherToken || (token === otherToken && number >= otherNumber);
}

/** Returns whether an event is the next one after `version`. */
export function isNext(event: { readonly version: string }, version: string): boolean {
  const [token, number] = partsOf(version);
  const [ofEvent, numberOfEvent] = partsOf(event.version);
  return token === ofEvent && numberOfEvent === number + 1;
}

/** A version as the id of an event. Another text is that of no version. */
export const VERSION = /^\d+\.\d+$/;
