// The part of a tab in a limiter that several tabs share: its locks, and its channel to the others. The rules decide.

import type { TabRules } from "../../pkg/tabs.js";
import type { SharedLimiter } from "../npm/modes.ts";
import type { Host, Link } from "../runtime/sharing.ts";
import * as table from "../runtime/table.ts";
import { property, reportUncaught } from "../runtime/values.ts";
import { openRules } from "./rules.ts";

const SHARING = Symbol.for("sluicegate.tabs");

/** Milliseconds after which a page asks again for locks that it was refused. */
const RETRY = 1_000;

/** Returns what the environment lacks for limiters that tabs share. */
export function missing(): string | undefined {
  if (typeof navigator === "undefined" || !navigator.locks) return "Web Locks";
  return typeof BroadcastChannel === "undefined" ? "BroadcastChannel" : undefined;
}

/** Returns the value of the option `sharedAcrossTabs` of a limiter. */
export const opener = (name: string): SharedLimiter =>
  ({
    [SHARING](options: Float64Array) {
      const tab = newTab();
      const rules = openRules(options, tab);
      return (host: Host) => join(host, rules, name, tab);
    },
  }) as unknown as SharedLimiter;

/** Returns an integer from 1 that no other tab has. */
function newTab(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 21) * 2 ** 32 + low + 1;
}

/** Connects a limiter with those of the same name in other tabs. Each tab holds a lock while it lives. */
function join(host: Host, rules: TabRules, name: string, tab: number): Link {
  const { locks } = navigator;
  const leadership = `sluicegate:limiter:${name}`;
  const lockOf = (tab: number) => `sluicegate:limiter-of:${tab}:${name}`;
  const channel = new BroadcastChannel(leadership);
  const watched = new Set<number>();
  let leads = false;
  let hasLeft = false;
  let isAlive = false;
  let stopWaiting = () => {};
  let release = () => {};
  const left = new Promise<void>((resolve) => {
    release = resolve;
  });

  function handle(kind: number, numbers: readonly number[]): void {
    if (!hasLeft) host.changed(rules.handle(kind, Float64Array.from(numbers), host.now()));
  }

  /** Waits for the lock of another tab, which is free when that tab is closed. */
  function watch(other: number): void {
    if (!leads || other === tab || watched.has(other)) return;
    watched.add(other);
    const closed = () => {
      watched.delete(other);
      handle(table.TAB_EVENT_CLOSED, [other]);
    };
    locks.request(lockOf(other), closed).catch(report);
  }

  async function living(): Promise<number[]> {
    const { held = [] } = await locks.query();
    const tabs = held.map((lock) => Number(/^sluicegate:limiter-of:(\d+):/.exec(lock.name ?? "")?.[1]));
    return tabs.filter((tab, at) => held[at]?.name === lockOf(tab));
  }

  /** Leads as soon as no other tab does, or at once. */
  async function lead(steal: boolean): Promise<void> {
    const waiting = new AbortController();
    stopWaiting = () => waiting.abort();
    let isOver = false;
    let isGranted = false;
    try {
      await locks.request(leadership, steal ? { steal } : { signal: waiting.signal }, async () => {
        isGranted = true;
        const tabs = await living();
        if (isOver) return;
        leads = true;
        handle(table.TAB_EVENT_LEAD, tabs);
        tabs.forEach(watch);
        await left;
      });
    } catch {
      // Another tab has taken over, or this one has stopped waiting.
    }
    isOver = true;
    if (waiting.signal.aborted) return;
    leads = false;
    handle(table.TAB_EVENT_DEPOSED, []);
    // A page that is being left is refused at once. It may be shown again.
    if (!isGranted) await new Promise<void>((resolve) => unref(setTimeout(resolve, RETRY)));
    if (!isAlive) await live().catch(() => {});
    if (!hasLeft) void lead(false);
  }

  /** Holds the lock by which the other tabs see that this one lives. */
  function live(): Promise<void> {
    return new Promise((resolve, reject) => {
      const hold = () => {
        isAlive = true;
        resolve();
        return left;
      };
      locks.request(lockOf(tab), hold).catch((error) => {
        isAlive = false;
        reject(error);
      });
    });
  }

  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!Array.isArray(data) || data.some((number) => typeof number !== "number")) return;
    handle(table.TAB_EVENT_MESSAGE, data);
    watch(data[1]);
  };
  unref(channel);

  const isHeld = live();
  isHeld.then(
    () => lead(false),
    (error) => {
      // A page without a storage of its own has no locks: it has the limiter for itself.
      report(error);
      handle(table.TAB_EVENT_LEAD, []);
    },
  );

  return {
    name,
    answer() {
      const at = host.now();
      const [permits = 0, limit = 0, epoch = 0, reportAt = 0, takesOver] = rules.exchange(host.report(), at);
      const message = [...rules.message(host.permit(permits, limit, epoch, reportAt), at)];
      if (message.length > 0) void isHeld.then(() => hasLeft || channel.postMessage(message)).catch(() => {});
      if (takesOver !== 1) return;
      stopWaiting();
      void lead(true);
    },
    inspect: () => rules.inspect(host.now()),
    leave() {
      hasLeft = true;
      stopWaiting();
      release();
      channel.close();
      rules.free();
    },
  };
}

/** Reports an error, unless the page is being left: it loses its requests then. */
function report(error: unknown): void {
  if (property(error, "name") !== "AbortError") reportUncaught(error);
}

/** Lets Node.js end before a channel or a timer does. */
const unref = (handle: unknown): void => (handle as { unref?(): void }).unref?.();
