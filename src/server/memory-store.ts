// A store in memory, for one process.

import type { CommandReply, RunClaim, RunCommand, RunEvent, RunRecord, RunStore } from "./store.ts";

interface Kept {
  record: RunRecord;
  token: number;
  /** Time at which the claim expires; 0 without a claim. */
  claimedUntil: number;
  events: RunEvent[];
  readonly watchers: Set<(event: RunEvent) => void>;
  readonly commands: RunCommand[];
  receiver: ((command: RunCommand) => void) | undefined;
  readonly replies: Map<string, (reply: CommandReply) => void>;
}

/** Copies as a store elsewhere does, so what is no JSON gets lost here too. */
const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** Hands queued commands to the owner, unless its claim has expired: it may be gone. */
function handOver({ receiver, claimedUntil, commands }: Kept): void {
  if (receiver && claimedUntil > Date.now()) for (const command of commands.splice(0)) receiver(command);
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
        receiver: undefined,
        replies: new Map(),
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
      kept.receiver = undefined;
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
      kept.receiver = undefined;
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
          kept.replies.delete(copy.id);
          resolve(reply);
        };
        const timer = setTimeout(end, wait);
        kept.replies.set(copy.id, end);
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
        if (kept.receiver === listener) kept.receiver = undefined;
      };
    },
    async reply(claim, command, reply) {
      const kept = claimed(claim);
      kept?.replies.get(command)?.(copied(reply));
      return kept !== undefined;
    },
  };
}
