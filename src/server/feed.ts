// The events of a run in this process, for all streams and polls of it.

import { ENDED, isAtLeast, isNext, REOPENED, Replica, type WireState } from "../remote/wire.ts";
import type { RunEvent, RunStore } from "./store.ts";

/** Time in milliseconds after which the events of a run that nobody reads are dropped. */
const LINGER = 30_000;
/** Wait in milliseconds until events are loaded again that could not be. */
const AGAIN = 1_000;

export class Feed {
  readonly #store: RunStore;
  readonly #id: string;
  readonly #onError: (error: unknown) => void;
  /** From the last whole state but one. */
  #events: RunEvent[] = [];
  /** Events that arrive while the others are loaded; `undefined` at other times. */
  #early: RunEvent[] | undefined;
  #stop: (() => unknown) | undefined;
  #isClosed = false;
  readonly #waiting = new Set<() => void>();
  #isEnded = false;

  constructor(store: RunStore, id: string, onError: (error: unknown) => void) {
    this.#store = store;
    this.#id = id;
    this.#onError = onError;
  }

  /** Whether the run has ended, and none of its items is made again. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  async open(): Promise<void> {
    this.#early = [];
    const stop = await this.#store.watch(this.#id, (event) => this.#receive(event));
    if (this.#isClosed) return void stop();
    this.#stop = stop;
    await this.#load();
  }

  async #load(): Promise<void> {
    this.#early ??= [];
    this.#events = [...(await this.#store.load(this.#id))];
    const early = this.#early;
    this.#early = undefined;
    this.#isEnded = false;
    for (const event of this.#events) this.#note(event);
    for (const event of early) this.#receive(event);
    this.#notify();
  }

  async #reload(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      this.#onError(error);
      if (!this.#isClosed) setTimeout(() => this.#reload(), AGAIN);
    }
  }

  #receive(event: RunEvent): void {
    if (this.#early) return void this.#early.push(event);
    const last = this.#events.at(-1)?.version;
    if (last !== undefined && isAtLeast(last, event.version)) return;
    // An event got lost: the store has it.
    if (!event.isWhole && (last === undefined || !isNext(event, last))) {
      return void this.#reload();
    }
    if (event.isWhole) this.#events = this.#events.slice(Math.max(0, this.#lastWhole()));
    this.#events.push(event);
    this.#note(event);
    this.#notify();
  }

  #note({ isWhole, data }: RunEvent): void {
    if (data.startsWith(ENDED)) this.#isEnded = true;
    else if (isWhole || data.startsWith(REOPENED)) this.#isEnded = false;
  }

  #lastWhole(): number {
    return this.#events.findLastIndex(({ isWhole }) => isWhole);
  }

  /** Returns what brings a client from a version to the present one: changes, or the whole state and those after it. */
  after(version: string | undefined): readonly RunEvent[] {
    const events = this.#events;
    const known = version === undefined ? -1 : events.findLastIndex((event) => event.version === version);
    const whole = this.#lastWhole();
    if (known < 0) return whole < 0 ? [] : events.slice(whole);
    // A whole state that follows a change at once has nothing new. One of another owner has.
    const isKnown = (at: number) => isNext(events[at] as RunEvent, (events[at - 1] as RunEvent).version);
    for (let at = events.length - 1; at > known; at--) if (!isKnown(at)) return events.slice(whole);
    return events.slice(known + 1).filter(({ isWhole }) => !isWhole);
  }

  /** Returns the version of the last event. */
  get version(): string | undefined {
    return this.#events.at(-1)?.version;
  }

  /** Returns the whole state; `undefined` before the first event. */
  state(): WireState | undefined {
    const events = this.after(undefined);
    if (events.length === 0) return undefined;
    const replica = new Replica();
    for (const { isWhole, data } of events) {
      if (isWhole) replica.replace(JSON.parse(data));
      else replica.change(JSON.parse(data));
    }
    return replica.whole();
  }

  /** Resolves to `true` at the next change, and to `false` if there is none within `wait` milliseconds. */
  changed(wait: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isChanged: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(isChanged);
      };
      const wake = () => end(true);
      const timer = setTimeout(() => end(false), wait);
      (timer as { unref?(): void }).unref?.();
      this.#waiting.add(wake);
    });
  }

  #notify(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  close(): void {
    this.#isClosed = true;
    void this.#stop?.();
    this.#notify();
  }
}

interface Used {
  readonly feed: Feed;
  readonly opened: Promise<void>;
  users: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** One feed for all readers of a run. */
export class Feeds {
  readonly #store: RunStore;
  readonly #onError: (error: unknown) => void;
  readonly #used = new Map<string, Used>();

  constructor(store: RunStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Returns the events of a run, and a function to call when they are no longer read. */
  async use(id: string): Promise<{ feed: Feed; leave: () => void }> {
    const used = this.#used.get(id) ?? this.#open(id);
    used.users += 1;
    clearTimeout(used.timer);
    let isLeft = false;
    const leave = () => {
      if (isLeft) return;
      isLeft = true;
      used.users -= 1;
      if (used.users > 0) return;
      used.timer = setTimeout(() => this.#drop(id, used), LINGER);
      (used.timer as { unref?(): void }).unref?.();
    };
    try {
      await used.opened;
    } catch (error) {
      this.#drop(id, used);
      throw error;
    }
    return { feed: used.feed, leave };
  }

  #open(id: string): Used {
    const feed = new Feed(this.#store, id, this.#onError);
    const used: Used = { feed, opened: feed.open(), users: 0, timer: undefined };
    this.#used.set(id, used);
    return used;
  }

  #drop(id: string, used: Used): void {
    if (this.#used.get(id) === used) this.#used.delete(id);
    clearTimeout(used.timer);
    used.feed.close();
  }

  close(): void {
    for (const [id, used] of [...this.#used]) this.#drop(id, used);
  }
}
