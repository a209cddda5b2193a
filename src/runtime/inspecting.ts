// Says what runs and limiters wait for, as plain JSON. The engine decides; this file adds keys and words.

import type { InspectOptions, ItemInspection, LimiterInspection, RunInspection } from "../npm/inspecting.ts";
import { now } from "./clock.ts";
import { engine } from "./engine.ts";
import { openRuns } from "./executor.ts";
import { engineOf } from "./fast-path.ts";
import { INSPECT_OPTIONS, refuseUnknown } from "./known-options.ts";
import { count, optionsOf, shown } from "./options.ts";
import type { Run } from "./run.ts";
import { linkOf } from "./sharing.ts";
import { isNestedIn } from "./signals/outer.ts";
import * as table from "./table.ts";
import { textOf } from "./values.ts";

/** Number of items that are listed by default. */
const MOST = 100;

/** Longest text of an error, in characters. */
const LONGEST = 200;

export function inspectRun(run: Run, options?: InspectOptions): RunInspection {
  const given = optionsOf(options);
  refuseUnknown(given, INSPECT_OPTIONS);
  return inspectItems(run, given.limit === undefined ? MOST : count("limit", given.limit));
}

function inspectItems(run: Run, limit: number): RunInspection {
  const read = (field: number) => engineOf(run).engine_inspect_run(run.id, field);
  const [running, waiting, done] = [
    read(table.INSPECTED_RUN_RUNNING),
    read(table.INSPECTED_RUN_WAITING),
    read(table.INSPECTED_RUN_DONE),
  ];
  const items: ItemInspection[] = [];
  const listed = Math.min(limit, running + waiting);
  for (let index = 0; items.length < listed && index < run.items.length; index++) {
    const item = inspectItem(run, index, limit);
    if (item) items.push(item);
  }
  const { limiter } = run.options;
  return {
    at: now(),
    state: run.state,
    running,
    waiting,
    done,
    total: running + waiting + done,
    source: table.SOURCE_STATES[read(table.INSPECTED_RUN_SOURCE)] ?? "ended",
    items,
    ...(limiter && { limiter: limiter.inspect() }),
  };
}

/** Returns `undefined` for an item with an outcome. */
function inspectItem(run: Run, index: number, limit: number): ItemInspection | undefined {
  const at = now();
  const read = (field: number) => engine.engine_inspect_item(run.id, index, field, at);
  const waitsFor = table.REASONS[read(table.INSPECTED_ITEM_REASON)];
  if (waitsFor === undefined) return undefined;
  const [until, attempt] = [read(table.INSPECTED_ITEM_UNTIL), read(table.INSPECTED_ITEM_ATTEMPT)];
  const error = waitsFor === "task" ? undefined : run.lastError(index);
  const inputs = waitsFor === "inputs" ? run.inputs?.awaited(index) : undefined;
  const nested = openRuns().filter((other) => isNestedIn(other.signals, run, index));
  return {
    index,
    key: run.keyOf(index),
    waitsFor,
    ...(!Number.isNaN(until) && { until }),
    ...(attempt > 0 && { attempt }),
    ...(error !== undefined && { error: textOf(error).slice(0, LONGEST) }),
    ...(inputs && { inputs }),
    ...(nested.length > 0 && { nested: nested.map((other) => inspectItems(other, limit)) }),
  };
}

/** What a limiter knows itself. */
interface LimiterFacts {
  readonly id: number;
  readonly stagger: number;
  readonly adaptive: boolean;
}

export function inspectLimiter({ id, stagger, adaptive }: LimiterFacts): LimiterInspection {
  const at = now();
  const link = linkOf(id);
  // What is common to all tabs, their rules know and not the engine.
  const common = link?.inspect();
  const number = (field: number) => {
    const known = common?.[field];
    return known === undefined || Number.isNaN(known) ? engine.engine_limiter(id, field, at) : known;
  };
  const read = (field: number) => finite(shown(number(field)));
  const [coolingUntil, readyAt] = [number(table.LIMITER_COOLING_UNTIL), read(table.LIMITER_READY_AT)];
  const [rate, proven, refused] = [
    read(table.LIMITER_RATE_LIMIT),
    read(table.LIMITER_PROVEN),
    read(table.LIMITER_REFUSED),
  ];
  return {
    at,
    limit: read(table.LIMITER_LIMIT),
    inFlight: number(table.LIMITER_IN_FLIGHT),
    waiting: number(table.LIMITER_WAITING),
    stagger,
    ...(coolingUntil > at && { coolingUntil }),
    ...(readyAt !== null && { readyAt }),
    ...(rate !== null && {
      rate: { limit: rate, interval: number(table.LIMITER_RATE_INTERVAL), used: number(table.LIMITER_RATE_USED) },
    }),
    ...(adaptive && {
      adaptive: {
        min: number(table.LIMITER_LEAST),
        max: read(table.LIMITER_MOST),
        ...(proven !== null && { proven }),
        ...(refused !== null && { refused }),
      },
    }),
    ...(link && {
      tabs: {
        name: link.name,
        role: table.TAB_ROLES[number(table.LIMITER_ROLE)] ?? "alone",
        count: number(table.LIMITER_TABS),
        inFlight: number(table.LIMITER_TABS_IN_FLIGHT),
        permits: number(table.LIMITER_PERMITS),
      },
    }),
  };
}

/** Returns a number as JSON has it. */
const finite = (number: number): number | null => (Number.isFinite(number) ? number : null);
