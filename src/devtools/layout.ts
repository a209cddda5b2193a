// Where bars are in time.

import type { Attempt, Row } from "./recording.ts";
import type { Moment } from "./views.ts";

/** A bar: when it begins and ends, in milliseconds since the start of the chart. */
interface Bar {
  readonly kind: Attempt["result"] | "wait" | "queued" | "cooldown";
  readonly from: number;
  readonly to: number;
}

export interface Line {
  readonly row: Row;
  readonly bars: readonly Bar[];
}

export interface Layout {
  readonly lines: readonly Line[];
  readonly span: number;
}

/** Milliseconds of the shortest chart. */
const LEAST = 1_000;

/** Factor by which the chart of an open run grows when it is full. */
const GROWTH = 1.25;

/** Returns the bars of the most interesting items, in input order. */
export function layOut({ recording, now, isOpen }: Moment, limit: number): Layout {
  const origin = recording.beganAt;
  const span = spanOf(now - origin, isOpen);
  // Waiting items and cooldowns may reach the end of the chart, so that their bars do not change with the time.
  const end = isOpen ? origin + span : now;
  const cooldowns = recording.cooldowns.map(
    ({ from, until }): Bar => ({ kind: "cooldown", from: from - origin, to: Math.min(until, end) - origin }),
  );
  const lines = chosen([...recording.rows.values()], limit).map((row) => ({
    row,
    bars: [...cooldowns, ...barsOf(row, now, end, origin)],
  }));
  return { lines, span };
}

/**
 * Returns the length of the chart, in milliseconds. The chart of an open run grows in steps: between two steps, bars of
 * ended attempts keep their places.
 */
function spanOf(elapsed: number, isOpen: boolean): number {
  const least = Math.max(LEAST, elapsed) * 1.02;
  return isOpen ? LEAST * GROWTH ** Math.ceil(Math.log(least / LEAST) / Math.log(GROWTH)) : least;
}

/** Where not all can be drawn, open and failed items go first, then those that started last. */
function chosen(rows: Row[], limit: number): Row[] {
  const ordered = rows.sort((one, other) => one.item.index - other.item.index);
  if (ordered.length <= limit) return ordered;
  const rank = ({ item: { status } }: Row): number =>
    status === "running" || status === "retrying" ? 0 : status === "rejected" ? 1 : status === "waiting" ? 3 : 2;
  const first = new Set(
    [...ordered].sort((one, other) => rank(one) - rank(other) || startOf(other) - startOf(one)).slice(0, limit),
  );
  return ordered.filter((row) => first.has(row));
}

const startOf = ({ attempts }: Row): number => attempts.at(-1)?.startedAt ?? -1;

function barsOf({ item, seenAt, attempts }: Row, now: number, end: number, origin: number): Bar[] {
  const bars: Bar[] = [];
  const add = (kind: Bar["kind"], from: number, to: number) => {
    if (to > from || kind === "running") bars.push({ kind, from: from - origin, to: to - origin });
  };
  const first = attempts[0];
  if (first && first.number === 1) add("queued", Math.min(seenAt, first.startedAt), first.startedAt);
  attempts.forEach(({ startedAt, endedAt = now, result }, at) => {
    const before = attempts[at - 1];
    if (before?.result === "failed") add("wait", before.endedAt ?? startedAt, startedAt);
    add(result, startedAt, Math.max(endedAt, startedAt + 1));
  });
  const last = attempts.at(-1);
  if (item.status === "retrying" && last?.endedAt !== undefined) add("wait", last.endedAt, now);
  if (item.status === "waiting") add("queued", seenAt, end);
  return bars;
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600].map((value) => value * 1_000);
const MOST_TICKS = 6;

/** Returns round times, few enough to be read. */
export function ticks(span: number): number[] {
  const step = STEPS.find((candidate) => span / candidate <= MOST_TICKS) ?? Math.ceil(span / MOST_TICKS);
  // A label at the very end would stick out.
  return Array.from({ length: Math.floor((0.9 * span) / step) + 1 }, (_, at) => at * step);
}
