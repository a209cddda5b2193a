// What a run on a server waits for, as far as its snapshot shows.

import type { InspectOptions, ItemInspection, RunInspection, WaitReason } from "../npm/inspecting.ts";
import type { OpenItem, RunSnapshot } from "../npm/types.ts";
import { INSPECT_OPTIONS, refuseUnknown } from "../runtime/known-options.ts";
import { badOption, textOf } from "../runtime/values.ts";
import type { Item } from "./view.ts";

/** Number of items that are listed by default. */
const MOST = 100;

/** Longest text of an error, in characters. */
const LONGEST = 200;

const isOpen = (item: Item): item is OpenItem =>
  item.status === "running" || item.status === "waiting" || item.status === "retrying";

export function inspectSnapshot(snapshot: RunSnapshot<unknown>, options: InspectOptions = {}): RunInspection {
  refuseUnknown(options, INSPECT_OPTIONS);
  const { limit = MOST } = options;
  if (!(limit >= 1) || (!Number.isInteger(limit) && limit !== Infinity)) {
    throw badOption("limit", "an integer from 1, or Infinity", limit);
  }
  const { items, progress, state } = snapshot;
  const open = items.filter(isOpen);
  const running = open.filter(({ status }) => status === "running").length;
  const isWhole = state === "finished" || progress.total !== undefined;
  return {
    at: performance.now(),
    state,
    running,
    waiting: open.length - running,
    done: items.length - open.length,
    total: items.length,
    source: isWhole ? "ended" : "open",
    items: open.slice(0, limit).map((item) => inspectItem(item, snapshot)),
  };
}

function inspectItem(item: OpenItem, snapshot: RunSnapshot<unknown>): ItemInspection {
  const { index, key, attempt = 0, error } = item;
  const [waitsFor, until] = reasonOf(item, snapshot);
  return {
    index,
    key,
    waitsFor,
    ...(until !== undefined && { until }),
    ...(attempt > 0 && { attempt }),
    ...(item.status === "retrying" && error !== undefined && { error: textOf(error).slice(0, LONGEST) }),
  };
}

function reasonOf(item: OpenItem, { state, progress }: RunSnapshot<unknown>): [WaitReason, number?] {
  if (item.status === "running") return ["task"];
  if (state === "paused") return ["resume"];
  if (item.status === "retrying" && item.nextAttemptAt !== undefined) return ["backoff", item.nextAttemptAt];
  return progress.coolingUntil === undefined ? ["server"] : ["cooldown", progress.coolingUntil];
}
