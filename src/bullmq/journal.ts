// A journal in Redis: a hash of entries, a lock with a lease, and the newest fencing token.

import { deserialize, serialize } from "node:v8";
import { JournalBusyError } from "../journal/errors.ts";
import type { JournalEntry, JournalStore } from "../journal/types.ts";
import { type RedisClient, script } from "./redis.ts";

/**
 * Another process works on the journal now. What this one appends is refused.
 *
 * @example
 * if (journal.lost.aborted && journal.lost.reason instanceof JournalLostError) show("another process took over");
 */
export class JournalLostError extends Error {
  override readonly name = "JournalLostError" as const;
  /** Name of the journal. */
  readonly journal: string;

  constructor(journal: string) {
    super(`another process works on the journal ${JSON.stringify(journal)} now: what this one appends is refused`);
    this.journal = journal;
  }
}

/** How a store is used. */
export interface Manner {
  readonly name: string;
  readonly prefix: string;
  readonly busy: "wait" | "fail";
  readonly lease: number;
  /** The token of a claim that is made elsewhere. Without it the store has a lock of its own. */
  readonly token: number | undefined;
}

/** KEYS: fence, lock. ARGV: lease. Returns a new token, or 0 if another store has the lock. */
const LOCK = script(`
  if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
  local token = redis.call('INCR', KEYS[1])
  redis.call('SET', KEYS[2], token, 'PX', ARGV[1])
  return token
`);

/** KEYS: fence, lock. ARGV: token, lease. Returns 0 if there is a newer token. A lock that has expired is renewed. */
const RENEW = script(`
  if tonumber(redis.call('GET', KEYS[1]) or '0') > tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
  return 1
`);

/** KEYS: fence, lock. ARGV: token. */
const UNLOCK = script(`
  if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
  return 1
`);

/**
 * KEYS: fence, entries. ARGV: token, whether to remove all entries first, fields and values. Returns 0 if there is a
 * newer token. The token outlives an empty journal by a day, so that a process that was asleep for so long writes
 * nothing into it.
 */
const WRITE = script(`
  local newest = tonumber(redis.call('GET', KEYS[1]) or '0')
  local token = tonumber(ARGV[1])
  if newest > token then return 0 end
  if newest < token then redis.call('SET', KEYS[1], ARGV[1]) end
  if ARGV[2] == '1' then redis.call('DEL', KEYS[2]) end
  for at = 3, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1]) end
  if ARGV[2] == '1' and #ARGV == 2 then redis.call('PEXPIRE', KEYS[1], 86400000)
  else redis.call('PERSIST', KEYS[1]) end
  return 1
`);

/** What is written in one step: appends of one turn, or of the time while the step before was under way. */
interface Batch {
  isCleared: boolean;
  readonly entries: Map<string, Uint8Array>;
  readonly written: Promise<void>;
}

/** Longest time between two looks at a lock that another store has, in milliseconds. */
const LOOK = 500;

export class RedisJournalStore implements JournalStore {
  readonly #redis: RedisClient;
  readonly #manner: Manner;
  readonly #keys: { readonly fence: string; readonly lock: string; readonly entries: string };
  #lost = new AbortController();
  #token: number | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  /** Ends the wait for the lock. */
  #waiting: AbortController | undefined;
  #next: Batch | undefined;
  #written: Promise<unknown> = Promise.resolve();

  constructor(redis: RedisClient, manner: Manner) {
    this.#redis = redis;
    this.#manner = manner;
    // Braces put all keys of a journal on one node of a cluster, as scripts need it.
    const key = `${manner.prefix}:{journal:${manner.name}}`;
    this.#keys = { fence: `${key}:fence`, lock: `${key}:lock`, entries: `${key}:entries` };
    this.#token = manner.token;
  }

  /** Aborts when another process works on the journal. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async open(): Promise<void> {
    // An empty write makes the token known: from here on nothing of a former owner is stored.
    if (this.#manner.token !== undefined) return this.#write([0]);
    if (this.#renewal !== undefined) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    while (!(await this.#lock())) {
      if (this.#manner.busy === "fail") throw new JournalBusyError(this.#manner.name);
      await pause(LOOK, waiting.signal);
      waiting.signal.throwIfAborted();
    }
    if (waiting.signal.aborted) await this.#unlock();
    waiting.signal.throwIfAborted();
    if (this.#lost.signal.aborted) this.#lost = new AbortController();
    this.#renewLater();
  }

  async #lock(): Promise<boolean> {
    const { fence, lock } = this.#keys;
    const token = await LOCK(this.#redis, [fence, lock], [this.#manner.lease]);
    if (token === 0) return false;
    this.#token = Number(token);
    return true;
  }

  #unlock(): Promise<unknown> {
    const { fence, lock } = this.#keys;
    return UNLOCK(this.#redis, [fence, lock], [this.#token ?? 0]);
  }

  #renewLater(): void {
    this.#renewal = setTimeout(() => void this.#renew(), this.#manner.lease / 3);
  }

  async #renew(): Promise<void> {
    const { fence, lock } = this.#keys;
    const timer = this.#renewal;
    try {
      const isOurs = await RENEW(this.#redis, [fence, lock], [this.#token ?? 0, this.#manner.lease]);
      if (isOurs === 0) return this.#lose();
    } catch {
      // Redis cannot be reached: the lease may end, and the next attempt tells.
    }
    if (this.#renewal === timer) this.#renewLater();
  }

  #lose(): void {
    clearTimeout(this.#renewal);
    this.#lost.abort(new JournalLostError(this.#manner.name));
  }

  async load(): Promise<readonly JournalEntry[]> {
    if (this.#next) await this.#next.written.catch(() => {});
    await this.#written;
    const values = await this.#redis.hvalsBuffer(this.#keys.entries);
    return values.map((value) => deserialize(value) as JournalEntry);
  }

  async append(entry: JournalEntry): Promise<void> {
    // Now, because the entry may be changed later, and one that cannot be stored must not fail the others.
    const value = serialize(entry);
    const batch = this.#batch();
    batch.entries.set(JSON.stringify([entry.key, entry.step ?? null]), value);
    return batch.written;
  }

  async clear(): Promise<void> {
    const batch = this.#batch();
    batch.isCleared = true;
    batch.entries.clear();
    return batch.written;
  }

  /** Returns the batch that is written next. */
  #batch(): Batch {
    if (this.#next) return this.#next;
    const before = this.#written;
    const entries: Batch["entries"] = new Map();
    const batch: Batch = {
      isCleared: false,
      entries,
      written: before.then(() => {
        this.#next = undefined;
        return this.#write([batch.isCleared ? 1 : 0, ...[...entries].flat()]);
      }),
    };
    this.#next = batch;
    this.#written = batch.written.catch(() => {});
    return batch;
  }

  async #write(args: (string | number | Uint8Array)[]): Promise<void> {
    const { name } = this.#manner;
    if (this.#lost.signal.aborted) throw new JournalLostError(name);
    // A journal that is written to without a run, or after its end.
    if (this.#token === undefined && !(await this.#lock())) throw new JournalBusyError(name);
    const { fence, entries } = this.#keys;
    const isWritten = await WRITE(this.#redis, [fence, entries], [this.#token ?? 0, ...args]);
    if (isWritten !== 0) return;
    this.#lose();
    throw new JournalLostError(name);
  }

  close(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
    if (this.#renewal === undefined) return;
    clearTimeout(this.#renewal);
    this.#renewal = undefined;
    // After what was appended before, and unless the journal is opened again meanwhile.
    void this.#written.then(() => this.#renewal ?? this.#unlock()).catch(() => {});
  }
}

/** Waits, less if the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
