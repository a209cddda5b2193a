// What a run waits for, in words.

import type { ItemInspection, LimiterInspection, RunInspection, WaitReason } from "../npm/inspecting.ts";
import { seconds } from "./words.ts";

const counted = (count: number, noun: string): string => (count === 1 ? `1 ${noun}` : `${count} ${noun}s`);
const attempts = (count: number): string => `${counted(count, "attempt")} in flight`;

interface Naming {
  /** Names the item whose task has started the run. */
  readonly path?: string;
  /** Returns the name of an item of the outermost run. */
  readonly nameOf?: ((key: string) => string) | undefined;
}

/** Returns what a run waits for, most important first. Empty where it waits for nothing. */
export function reasonsToWait(run: RunInspection, now: number, { path, nameOf }: Naming = {}): string[] {
  const named = (reason: string) => (path === undefined ? reason : `${path}: ${lowercase(reason)}`);
  const reasons = ofRun(run, now).map(named);
  // Most items wait for the same: they are one sentence.
  const groups = new Map<WaitReason, ItemInspection[]>();
  for (const item of run.items) {
    const own = ofItem(item, path === undefined && nameOf ? nameOf(item.key) : nameWithin(item, run, path), now);
    if (own.length > 0) {
      reasons.push(...own);
      continue;
    }
    const group = groups.get(item.waitsFor);
    if (group) group.push(item);
    else groups.set(item.waitsFor, [item]);
  }
  for (const [reason, group] of groups) {
    const said = ofGroup(reason, group, run, now);
    if (said !== undefined) reasons.push(named(said));
  }
  return reasons;
}

const lowercase = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Names an item. The only item of a nested run is a call or a poll, which has no name of its own. */
function nameWithin({ key }: ItemInspection, { total }: RunInspection, path: string | undefined): string {
  if (path === undefined) return key;
  return total === 1 ? path : `${path} › ${key}`;
}

function ofRun({ state, running, waiting, source, limiter }: RunInspection, now: number): string[] {
  const reasons: string[] = [];
  if (state === "paused") reasons.push("The run is paused. It starts nothing until it is resumed.");
  if (state === "cancelling") reasons.push(`The run is cancelled. ${attempts(running)} must end first.`);
  const cooling = running + waiting > 0 ? (limiter?.coolingUntil ?? now) - now : 0;
  if (cooling > 0) reasons.push(`The limiter cools down for ${seconds(cooling)}.`);
  if (source === "reading") reasons.push("The source has not given the next item.");
  if (source === "open" && running + waiting === 0)
    reasons.push("The run is open. It waits for items, or for its end.");
  return reasons;
}

/** Returns what is said of one item alone. */
function ofItem(item: ItemInspection, name: string, now: number): string[] {
  const { waitsFor, attempt = 0, error, inputs, nested, until = now } = item;
  const after = error === undefined ? "" : `, after ${error}`;
  const next = `${name}: attempt ${attempt + 1} starts`;
  switch (waitsFor) {
    case "task":
      return (nested ?? []).flatMap((run) => reasonsToWait(run, now, { path: name }));
    case "answer":
      return [`${name}: the server is asked whether it did the work${after}.`];
    case "inputs":
      return inputs ? [`${name}: waits for ${inputs.map((input) => input ?? "a promise").join(", ")}.`] : [];
    case "settling":
      return [`${name}: its attempt that timed out has not ended.`];
    case "backoff":
      return [`${next} in ${seconds(until - now)}${after}.`];
  }
  if (attempt === 0) return [];
  return [`${next} ${waitsFor === "resume" ? "when the run is resumed" : "as soon as there is a place"}${after}.`];
}

/** Returns what is said of all items that wait for the same. */
function ofGroup(
  reason: WaitReason,
  items: readonly ItemInspection[],
  run: RunInspection,
  now: number,
): string | undefined {
  const what = `${counted(items.length, "item")} not started`;
  const { until = now } = items[0] as ItemInspection;
  const wait = seconds(until - now);
  switch (reason) {
    case "concurrency":
      return `${what}: waiting for a place, with ${attempts(run.running)}.`;
    case "limiter":
      return `${what}: waiting for a place of the limiter${taken(run.limiter)}.`;
    case "tabs":
      return `${what}: waiting for the tab that decides for all tabs.`;
    case "server":
      return `${what}: waiting for a place on the server.`;
    case "turn":
      return `${what}: waiting for earlier items.`;
    case "network":
      return `${what}: waiting for the network. The browser is offline.`;
    case "journal":
      return `${what}: the journal is being read.`;
    case "poll":
      return `The next request of the poll follows in ${wait}.`;
    case "stagger":
    case "limiterStagger":
      return `${what}: the pause between starts lasts ${wait} more.`;
    case "rate":
      return `${what}: the rate of the limiter allows the next start in ${wait}.`;
    default:
      // Of the run and the limiter more was said before.
      return undefined;
  }
}

function taken(limiter: LimiterInspection | undefined): string {
  return limiter ? `, with ${limiter.inFlight} of ${limiter.limit ?? "any number"} taken` : "";
}
