// A store in memory, for one process.

import type { CommandReply, RunClaim, RunCommand, RunEvent, RunRecord, RunStore } from "./store.ts";

interface Kept {
  record: RunRecord;
  token: number;
  /** Time at which the claim expires; 0 without a claim. */
  claimedUntil: number;
  events: RunEvent[];
  readonly watchers: Set<(event: RunEvent) => void>;
  /** Commands without an answer. */
  commands: RunCommand[];
  /** The unanswered commands that were handed to the receiver. */
  readonly received: Set<RunCommand>;
  receiver: ((command: RunCommand) => void) | undefined;
  /** Callbacks of the senders that wait, called with the id of a command and its reply. */
  readonly senders: Set<(command: string, reply: CommandReply) => void>;
}

/** Copies as a store elsewhere does, so what is no JSON gets lost here too. */
const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** Hands queued commands to the owner, unless its claim has expired: it may have died. */
function handOver({ receiver, claimedUntil, commands, received }: Kept): void {
  if (!receiver || claimedUntil <= Date.now()) return;
  for (const command of commands) {
    if (received.has(command)) continue;
    received.add(command);
    receiver(command);
  }
}

/** Removes the receiver. The next one gets all commands that have no answer. */
function dismiss(kept: Kept): void {
  kept.receiver = undefined;
  kept.received.clear();
}

/**
 * Returns a store in memory: runs survive neither a restart nor are they seen by other processes. For tests, and for
 * servers of one process whose runs may get lost.
 */
export function memoryStore(): RunStore {
  const runs = new Map<string, Kept>();
  /** Returns the run of a claim, if the claim is the newest. */
  const claimed = ({ id, token }: RunClaim): Kept | undefined => {
    const kept = runs.get(id);
    return kept?.token === token && kept.claimedUntil > 0 ? kept : undefined;
  };
  const records = (isChosen: (kept: Kept) => boolean): RunRecord[] =>
    [...runs.values()].filter(isChosen).map(({ record }) => record);
  return {
    async create(record, mostUnfinished) {
      const ofUser = records((kept) => kept.record.user === record.user);
      const before = ofUser.find(({ key }) => key === record.key);
      if (before) return before;
      if (ofUser.filter(({ finished }) => finished === undefined).length >= mostUnfinished) return undefined;
      const copy = copied(record);
      runs.set(copy.id, {
        record: copy,
        token: 0,
        claimedUntil: 0,
        events: [],
        watchers: new Set(),
        commands: [],
        received: new Set(),
        receiver: undefined,
        senders: new Set(),
      });
      return copy;
    },
    get: async (id) => runs.get(id)?.record,
    list: async (user) => records(({ record }) => record.user === user).sort((a, b) => b.created - a.created),
    remove: async (id) => void runs.delete(id),
    finishedBefore: async (time) => records(({ record: { finished } }) => finished !== undefined && finished < time),

    async claim(id, lease) {
      const kept = runs.get(id);
      if (!kept || kept.claimedUntil > Date.now()) return undefined;
      kept.token += 1;
      kept.claimedUntil = Date.now() + lease;
      dismiss(kept);
      return { id, token: kept.token };
    },
    async renew(claims, lease) {
      return claims.filter((claim) => {
        const kept = claimed(claim);
        if (!kept) return true;
        kept.claimedUntil = Date.now() + lease;
        handOver(kept);
        return false;
      });
    },
    async release(claim) {
      const kept = claimed(claim);
      if (!kept) return;
      kept.claimedUntil = 0;
      dismiss(kept);
    },
    unclaimed: async () =>
      records(({ record, claimedUntil }) => record.finished === undefined && claimedUntil <= Date.now()),

    async update(claim, changes) {
      const kept = claimed(claim);
      if (kept) kept.record = copied({ ...kept.record, ...changes });
      return kept !== undefined;
    },
    async publish(claim, event) {
      const kept = claimed(claim);
      if (!kept) return false;
      if (event.isWhole) kept.events = [];
      kept.events.push(event);
      for (const watcher of [...kept.watchers]) watcher(event);
      return true;
    },
    load: async (id) => [...(runs.get(id)?.events ?? [])],
    async watch(id, listener) {
      const watchers = runs.get(id)?.watchers;
      const own = (event: RunEvent) => listener(event);
      watchers?.add(own);
      return () => void watchers?.delete(own);
    },

    send(id, command, wait) {
      const kept = runs.get(id);
      if (!kept) return Promise.resolve(undefined);
      const copy = copied(command);
      return new Promise((resolve) => {
        const end = (reply?: CommandReply) => {
          clearTimeout(timer);
          kept.senders.delete(onReply);
          resolve(reply);
        };
        const onReply = (id: string, reply: CommandReply) => void (id === copy.id && end(reply));
        const timer = setTimeout(end, wait);
        kept.senders.add(onReply);
        kept.commands.push(copy);
        handOver(kept);
      });
    },
    async receive(claim, listener) {
      const kept = claimed(claim);
      if (!kept) return () => {};
      kept.receiver = listener;
      handOver(kept);
      return () => {
        if (kept.receiver === listener) dismiss(kept);
      };
    },
    async reply(claim, command, reply) {
      const kept = claimed(claim);
      if (!kept) return false;
      for (const answered of kept.commands.filter(({ id }) => id === command)) kept.received.delete(answered);
      kept.commands = kept.commands.filter(({ id }) => id !== command);
      for (const onReply of [...kept.senders]) onReply(command, copied(reply));
      return true;
    },
  };
}
