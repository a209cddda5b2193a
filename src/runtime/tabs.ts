// The part of a tab in a limiter that several tabs share: its locks, and its channel to the others. The engine decides.

import { hearTab, takeMessage } from "../../pkg/sluicegate.js";
import { now } from "./clock.ts";
import { drainNow, setTell } from "./drain.ts";
import * as table from "./table.ts";
import { property, reportUncaught } from "./values.ts";

interface Link {
  send(numbers: Float64Array): void;
  takeOver(): void;
  leave(): void;
}

/** Milliseconds after which a page asks again for locks that it was refused. */
const RETRY = 1_000;

/** By the id of the limiter. */
const links = new Map<number, Link>();

/** Returns what the environment lacks for limiters that tabs share. */
export function missing(): string | undefined {
  if (typeof navigator === "undefined" || !navigator.locks) return "Web Locks";
  return typeof BroadcastChannel === "undefined" ? "BroadcastChannel" : undefined;
}

/** Returns an integer from 1 that no other tab has. */
export function newTab(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 21) * 2 ** 32 + low + 1;
}

function tell(limiter: number, takesOver: boolean): void {
  const link = links.get(limiter);
  const message = takeMessage(limiter);
  if (message.length > 0) link?.send(message);
  if (takesOver) link?.takeOver();
}

/** Connects a limiter with those of the same name in other tabs. Each tab holds a lock while it lives. */
export function join(limiter: number, name: string, tab: number): void {
  setTell(tell);
  const { locks } = navigator;
  const leadership = `sluicegate:limiter:${name}`;
  const lockOf = (tab: number) => `sluicegate:limiter-of:${tab}:${name}`;
  const channel = new BroadcastChannel(leadership);
  const watched = new Set<number>();
  let leads = false;
  let isAlive = false;
  let stopWaiting = () => {};
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });

  function hear(kind: number, numbers: readonly number[]): void {
    if (!links.has(limiter)) return;
    hearTab(limiter, kind, Float64Array.from(numbers), now());
    drainNow();
  }

  /** Waits for the lock of another tab, which is free when that is gone. */
  function watch(other: number): void {
    if (!leads || other === tab || watched.has(other)) return;
    watched.add(other);
    const gone = () => {
      watched.delete(other);
      hear(table.HEARD_GONE, [other]);
    };
    locks.request(lockOf(other), gone).catch(report);
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
        hear(table.HEARD_LEAD, tabs);
        tabs.forEach(watch);
        await left;
      });
    } catch {
      // Another tab has taken over, or this one has stopped waiting.
    }
    isOver = true;
    if (waiting.signal.aborted) return;
    leads = false;
    hear(table.HEARD_DEPOSED, []);
    // A page that is being left is refused at once. It may be shown again.
    if (!isGranted) await new Promise<void>((resolve) => unref(setTimeout(resolve, RETRY)));
    if (!isAlive) await live().catch(() => {});
    if (links.has(limiter)) void lead(false);
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
    hear(table.HEARD_MESSAGE, data);
    watch(data[1]);
  };
  unref(channel);

  const isHeld = live();
  isHeld.then(
    () => lead(false),
    (error) => {
      // A page without a storage of its own has no locks: it has the limiter for itself.
      report(error);
      hear(table.HEARD_LEAD, []);
    },
  );
  links.set(limiter, {
    send: (numbers) => void isHeld.then(() => links.has(limiter) && channel.postMessage([...numbers])).catch(() => {}),
    takeOver() {
      stopWaiting();
      void lead(true);
    },
    leave() {
      links.delete(limiter);
      stopWaiting();
      leave();
      channel.close();
    },
  });
}

/** Reports an error, unless the page is being left: it loses its requests then. */
function report(error: unknown): void {
  if (property(error, "name") !== "AbortError") reportUncaught(error);
}

/** Lets Node.js end before a channel or a timer does. */
const unref = (handle: unknown): void => (handle as { unref?(): void }).unref?.();

export const isShared = (limiter: number): boolean => links.has(limiter);

/** Leaves the limiter to the other tabs. */
export const leave = (limiter: number): void => links.get(limiter)?.leave();
