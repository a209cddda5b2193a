// Limiters that tabs share, as the runtime sees them. What decides for all tabs comes with the option, from
// `sluicegate/tabs`: those who share no limiter do not load it.

import type { SharedLimiter } from "../npm/modes.ts";
import { now } from "./clock.ts";
import { drainNow, setAnswer } from "./drain.ts";
import { engine } from "./engine.ts";
import * as table from "./table.ts";
import { badOption, isObject } from "./values.ts";

/** What a limiter has in common with those of the same name in other tabs. */
export interface Link {
  readonly name: string;
  /** Answers the report of the limiter. */
  answer(): void;
  /** Leaves the limiter to the other tabs. */
  leave(): void;
  /** Returns what the other tabs have to do with, by the fields of a limiter; the others are NaN. */
  inspect(): Float64Array;
}

/** Prepares a limiter with these options, and returns what joins it to the other tabs. */
type Open = (numbers: Float64Array) => (host: Host) => Link;

/** What a link needs of its limiter in the engine. */
export interface Host {
  now(): number;
  /** Returns the report of the limiter. */
  report(): Float64Array;
  /** Applies the answer to the report. Returns whether nothing starts because of it. */
  permit(permits: number, limit: number, epoch: number, reportAt: number): boolean;
  /** Cools the limiter until this time, and lets it report. */
  changed(coolUntil: number): void;
}

const SHARING = Symbol.for("sluicegate.tabs");

/** By the id of the limiter. */
const links = new Map<number, Link>();

const isShared = (value: unknown): value is SharedLimiter => isObject(value) && SHARING in value;

/** Checks the option of a limiter. */
export function sharing(option: unknown): SharedLimiter | undefined {
  if (option === undefined) return undefined;
  if (isShared(option)) return option;
  const expected = 'what sharedAcrossTabs(name) returns, which is imported from "sluicegate/tabs"';
  throw badOption("sharedAcrossTabs", expected, option);
}

/** Opens a limiter and connects it with those of the same name in other tabs. */
export function openShared(shared: SharedLimiter, numbers: Float64Array, open: () => number): number {
  const join = (Reflect.get(shared, SHARING) as Open)(numbers);
  numbers[table.LIMITER_OPTION_SHARED] = 1;
  const id = open();
  setAnswer((limiter) => links.get(limiter)?.answer());
  links.set(
    id,
    join({
      now,
      report: () => new Float64Array(engine.memory.buffer, engine.engine_take_report(id), table.REPORT_COUNT),
      permit: (permits, limit, epoch, reportAt) =>
        engine.engine_permit(id, permits, limit, epoch, reportAt, now()) === 1,
      changed(coolUntil) {
        engine.engine_ask_for_report(id, coolUntil);
        drainNow();
      },
    }),
  );
  return id;
}

/** Returns what a limiter shares, if it does. */
export const linkOf = (id: number): Link | undefined => links.get(id);

/** Leaves a limiter to the other tabs, unless attempts are in flight, of whose ends those have to learn. */
export function leave(id: number): boolean {
  const link = links.get(id);
  if (!link) return true;
  if (engine.engine_limiter(id, table.LIMITER_IN_FLIGHT, now()) > 0) return false;
  links.delete(id);
  link.leave();
  return true;
}
