// A store of runs in Redis, for servers of any number of processes.

import { reportUncaught } from "../runtime/values.ts";
import type { CommandReply, RunClaim, RunCommand, RunEvent, RunRecord, RunStore } from "../server/store.ts";
import { type RedisClient, type Script, Subscriber } from "./redis.ts";
import * as scripts from "./store-scripts.ts";

/** A store in Redis. */
export interface RedisRunStore extends RunStore {
  /** Closes the connection by which it listens. The client that it was given stays open. */
  close(): void;
}

const toRecord = (fields: unknown): RunRecord => {
  const [base, control, finished] = fields as [string, string, string];
  const record = { ...(JSON.parse(base) as RunRecord), control: JSON.parse(control) };
  return finished === "" ? record : { ...record, finished: Number(finished) };
};

export function storeIn(redis: RedisClient, prefix: string): RedisRunStore {
  const root = `{${prefix}}`;
  const subscriber = new Subscriber(redis);
  /** The unanswered commands that owners of this process received: by run, then by their text in Redis. */
  const received = new Map<string, Map<string, RunCommand>>();
  const call = (script: Script, ...args: (string | number)[]) => script(redis, [root], args);
  const channel = (id: string, name: string) => `${root}:run:${id}:${name}`;
  const all = async (script: Script, ...args: (string | number)[]) => {
    return ((await call(script, ...args)) as unknown[]).map(toRecord);
  };
  const one = async (script: Script, ...args: (string | number)[]) => {
    const fields = await call(script, ...args);
    return fields ? toRecord(fields) : undefined;
  };
  const isDone = async (script: Script, { id, token }: RunClaim, ...args: (string | number)[]) =>
    (await call(script, id, token, ...args)) === 1;
  const load = async (id: string) => {
    return ((await call(scripts.LOAD, id)) as string[]).map((text) => JSON.parse(text) as RunEvent);
  };

  return {
    create({ control, finished, ...base }, most) {
      const { id, user, key, created } = base;
      const texts = [JSON.stringify(base), JSON.stringify(control)] as const;
      return one(scripts.CREATE, id, ...texts, encodeURIComponent(user), key, created, most);
    },
    get: (id) => one(scripts.GET, id),
    list: (user) => all(scripts.LIST, encodeURIComponent(user)),
    async remove(id) {
      await call(scripts.REMOVE, id);
    },
    finishedBefore: (time) => all(scripts.FINISHED_BEFORE, time === Infinity ? "+inf" : `(${time}`),

    async claim(id, lease) {
      const token = Number(await call(scripts.CLAIM, id, lease));
      return token === 0 ? undefined : { id, token };
    },
    async renew(claims, lease) {
      if (claims.length === 0) return [];
      const args = claims.flatMap(({ id, token }) => [id, token]);
      const renewed = (await call(scripts.RENEW, lease, ...args)) as number[];
      return claims.filter((_, at) => renewed[at] !== 1);
    },
    async release(claim) {
      await isDone(scripts.RELEASE, claim);
    },
    unclaimed: () => all(scripts.UNCLAIMED),

    update(claim, changes) {
      const { control, finished } = changes;
      const time = "finished" in changes ? (finished ?? "none") : "";
      return isDone(scripts.UPDATE, claim, control ? JSON.stringify(control) : "", time);
    },
    publish: (claim, event) => isDone(scripts.PUBLISH, claim, JSON.stringify(event), event.isWhole ? 1 : 0),
    load,
    watch(id, listener) {
      const onMessage = (message: string) => listener(JSON.parse(message) as RunEvent);
      // Readers drop what they have already.
      const missed = () => void load(id).then((events) => events.forEach(listener), reportUncaught);
      return subscriber.listen(channel(id, "events"), onMessage, missed);
    },

    async send(id, command, wait) {
      let reply: CommandReply | undefined;
      let wake = () => {};
      const stop = await subscriber.listen(channel(id, "replies"), (message) => {
        const answer = JSON.parse(message) as { command: string; reply: CommandReply };
        if (answer.command !== command.id) return;
        reply = answer.reply;
        wake();
      });
      try {
        if ((await call(scripts.SEND, id, JSON.stringify(command))) === 0) return undefined;
        if (!reply) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, wait);
            wake = () => (clearTimeout(timer), resolve());
          });
        }
        return reply;
      } finally {
        stop();
      }
    },
    async receive(claim, listener) {
      const { id, token } = claim;
      const known = new Map<string, RunCommand>();
      received.set(id, known);
      let isStopped = false;
      let taking = Promise.resolve();
      const take = async () => {
        if (isStopped) return;
        for (const text of (await call(scripts.TAKE, id, token)) as string[]) {
          if (known.has(text)) continue;
          const command = JSON.parse(text) as RunCommand;
          known.set(text, command);
          listener(command);
        }
      };
      // One at a time, so that commands stay in order.
      const wake = () => (taking = taking.then(take).catch(reportUncaught));
      const stop = await subscriber.listen(
        channel(id, "wake"),
        () => void wake(),
        () => void wake(),
      );
      await wake();
      return () => {
        isStopped = true;
        if (received.get(id) === known) received.delete(id);
        stop();
      };
    },
    async reply(claim, command, reply) {
      const known = received.get(claim.id);
      const [text = ""] = [...(known ?? [])].find(([, { id }]) => id === command) ?? [];
      const isAnswered = await isDone(scripts.REPLY, claim, JSON.stringify({ command, reply }), text);
      // After the answer of Redis: an earlier answer to TAKE may still have the command.
      known?.delete(text);
      return isAnswered;
    },

    close: () => subscriber.close(),
  };
}
