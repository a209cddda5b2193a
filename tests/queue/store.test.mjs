import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { storeContract } from "../remote/store-contract.mjs";
import { connect, redisStore, startServer, until } from "./lab.mjs";

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

/** Returns two stores over the same data, each with a connection of its own. */
async function open() {
  const prefix = randomUUID();
  const connections = [connect(server.url), connect(server.url)];
  const stores = connections.map((redis) => redisStore(redis, { prefix }));
  return {
    stores,
    connections,
    prefix,
    async close() {
      for (const store of stores) store.close();
      for (const redis of connections) redis.disconnect();
    },
  };
}

storeContract("a store in Redis", open);

describe("a store in Redis besides", () => {
  const record = (others) => ({
    id: randomUUID(),
    kind: "story",
    input: {},
    user: "ada",
    key: "k",
    created: 1,
    control: {},
    ...others,
  });

  test("keeps users apart whose names have the separators of its keys", async () => {
    const { stores, close } = await open();
    const users = ["a", "a:keys", "a:open", "a%3Akeys", "{a}", "é\n"];
    for (const user of users) assert.ok(await stores[0].create(record({ user }), 1));
    for (const user of users) {
      assert.deepEqual(
        (await stores[1].list(user)).map((run) => run.user),
        [user],
      );
      assert.equal(await stores[0].create(record({ user, key: "another" }), 1), undefined);
    }
    await close();
  });

  test("hands out commands and events that came while its connection was lost", async () => {
    const { stores, connections, prefix, close } = await open();
    const [owner, other] = stores;
    const created = await owner.create(record(), 1);
    assert.ok(created);
    const { id } = created;
    const claim = await owner.claim(id, 60_000);
    assert.ok(claim);
    const commands = [];
    const events = [];
    await owner.receive(claim, ({ name }) => commands.push(name));
    await other.watch(id, ({ version }) => events.push(version));
    // They are sent before the connections that listen are back.
    await connections[0].call("CLIENT", "KILL", "TYPE", "pubsub");
    await Promise.all([
      connections[1].rpush(`{${prefix}}:run:${id}:commands`, JSON.stringify({ id: "1", name: "pause", args: [] })),
      owner.publish(claim, { version: "1.1", isWhole: true, data: "{}" }),
    ]);
    await until(() => commands.length > 0 && events.length > 0);
    assert.deepEqual([commands, events], [["pause"], ["1.1"]]);
    await close();
  });

  test("leaves nothing in Redis of runs that were removed", async () => {
    const { stores, connections, close } = await open();
    const before = await connections[0].dbsize();
    const run = await stores[0].create(record(), 1);
    assert.ok(run);
    const claim = await stores[0].claim(run.id, 60_000);
    assert.ok(claim);
    await stores[0].publish(claim, { version: "1.1", isWhole: true, data: "{}" });
    await stores[0].send(run.id, { id: randomUUID(), name: "pause", args: [] }, 1);
    await stores[0].update(claim, { finished: 5 });
    await stores[0].remove(run.id);
    assert.equal(await connections[0].dbsize(), before);
    await close();
  });
});
