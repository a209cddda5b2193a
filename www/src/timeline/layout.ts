/** The layout of calls in the timeline: lanes of rows, in milliseconds. */
import type { Attempt, Call, Lane } from "../calls";

export interface Bar {
  readonly key: string;
  readonly call: Call;
  readonly number: number;
  readonly attempt: Attempt;
  readonly from: number;
  readonly to: number;
}
export interface Wait {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}
export interface Row {
  readonly bars: readonly Bar[];
  readonly waits: readonly Wait[];
}
export interface LaneLayout {
  readonly lane: Lane;
  readonly rows: readonly Row[];
}

/** Calls that overlap get rows of their own; a call keeps its row while it waits to repeat. */
export function layOut(lanes: readonly Lane[], calls: readonly Call[], now: number): LaneLayout[] {
  return lanes.map((lane) => {
    const rows: { bars: Bar[]; waits: Wait[]; end: number }[] = [];
    for (const call of calls) {
      const first = call.attempts[0];
      if (call.lane !== lane || first === undefined) continue;
      let row = rows.find(({ end }) => end <= first.startedAt);
      if (row === undefined) rows.push((row = { bars: [], waits: [], end: 0 }));
      row.bars.push(...barsOf(call, now));
      row.waits.push(...waitsOf(call, now));
      row.end = endOf(call, now);
    }
    return { lane, rows };
  });
}

function barsOf(call: Call, now: number): Bar[] {
  return call.attempts.map((attempt, n) => ({
    key: `${call.id}.${n}`,
    call,
    number: n + 1,
    attempt,
    from: attempt.startedAt,
    to: attempt.endedAt ?? now,
  }));
}

function waitsOf(call: Call, now: number): Wait[] {
  return call.attempts.flatMap((attempt, n) => {
    const next = call.attempts[n + 1];
    if (attempt.endedAt === undefined || (next === undefined && call.settled)) return [];
    return [{ key: `${call.id}.${n}`, from: attempt.endedAt, to: next?.startedAt ?? now }];
  });
}

function endOf(call: Call, now: number): number {
  const last = call.attempts.at(-1);
  return call.settled ? (last?.endedAt ?? now) : Infinity;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600].map((seconds) => seconds * 1_000);
const MOST_TICKS = 8;

/** Round times, few enough to be read. */
export function ticks(span: number): number[] {
  const step = STEPS.find((candidate) => span / candidate <= MOST_TICKS) ?? Math.ceil(span / MOST_TICKS);
  // A label at the very end would stick out.
  return Array.from({ length: Math.floor((0.95 * span) / step) + 1 }, (_, n) => n * step);
}

export function sayTick(time: number): string {
  const seconds = Math.round(time / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
