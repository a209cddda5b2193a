// Tells the engine whether the browser is online, while a run waits for the network.

import { now } from "./clock.ts";
import { drainSoon } from "./drain.ts";
import { engine } from "./engine.ts";
import type { Run } from "./run.ts";
import * as table from "./table.ts";
import { property } from "./values.ts";

const EVENTS = ["online", "offline"] as const;

/** Runs under way that wait for the network. */
const waiting = new Set<Run>();

/** Returns whether the browser says that it is offline. Node.js says nothing. */
const isOffline = (): boolean => property(globalThis.navigator, "onLine") === false;

const waitsOnline = ({ options }: Run): boolean => options.numbers[table.OPTION_WAITS_ONLINE] === 1;

/** Returns whether a run starts nothing because the browser is offline. */
export const isCutOff = (run: Run): boolean => waitsOnline(run) && isOffline();

/** Tells the engine whether the browser is online. */
function report(): void {
  engine.engine_set_online(isOffline() ? 0 : 1, now());
  for (const run of waiting) run.hasChanged = true;
  drainSoon();
}

/** Updates the engine before a failure of a run: a request may fail before the event arrives. */
export function updateOnline(run: Run): void {
  if (waitsOnline(run)) report();
}

/** Listens while a run that waits for the network is under way. */
export function followOnline(run: Run): void {
  if (!waitsOnline(run)) return;
  if (waiting.size === 0) for (const name of EVENTS) globalThis.addEventListener?.(name, report);
  waiting.add(run);
  report();
}

export function unfollowOnline(run: Run): void {
  if (!waiting.delete(run) || waiting.size > 0) return;
  for (const name of EVENTS) globalThis.removeEventListener?.(name, report);
}
