import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { startProcess, startServer, until } from "./lab.mjs";

const COUNT = 24;
let server;
let shop;
let name;
const processes = [];

before(async () => {
  server = await startServer();
});
after(() => server?.stop());
beforeEach(async () => {
  name = `crash-${randomUUID().slice(0, 8)}`;
  shop = await openShop();
});
afterEach(async () => {
  for (const one of processes.splice(0)) await one.kill();
  await shop.close();
});

/** Sells pictures: `GET /<worker>/<key>` is paid once a key. `hold(worker)` lets its requests wait for ever. */
async function openShop() {
  const asked = [];
  const sold = new Map();
  const held = new Set();
  const server = createServer((request, response) => {
    const [, worker, key] = String(request.url).split("/");
    asked.push({ worker, key });
    if (!sold.has(key)) sold.set(key, `picture ${sold.size}`);
    if (!held.has(worker)) setTimeout(() => response.end(sold.get(key)), 40);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    sold,
    hold: (worker) => held.add(worker),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function start(...args) {
  const one = startProcess(...args);
  processes.push(one);
  return one;
}
const heard = (one, wanted) => one.heard.filter((message) => message.name === wanted);

/** Starts a worker for each name. They are ready when this resolves. */
async function startWorkers(...names) {
  const workers = names.map((worker) => start("worker", server.url, name, `${shop.url}${worker}/`));
  await Promise.all(workers.map((worker) => worker.told("ready")));
  return workers;
}
const startOwner = () => start("owner", server.url, name, `story ${name}`, COUNT);

/** Asserts that all pictures are there and each was paid once. */
function assertPaidOnce({ status, values, errors }) {
  assert.deepEqual([status, errors], ["completed", []]);
  assert.equal(new Set(values).size, COUNT);
  assert.equal(shop.sold.size, COUNT);
}

test("a worker that is killed leaves its jobs to another one, and they are paid once", async () => {
  const [victim] = await startWorkers("victim", "other");
  shop.hold("victim");
  const owner = startOwner();
  const ofVictim = () => shop.asked.filter(({ worker }) => worker === "victim");
  await until(() => ofVictim().length === 2);
  await victim.kill();
  assertPaidOnce(await owner.told("finished"));
  // The calls that were under way were made again, with the same keys. On a slow machine others may be, too.
  const again = ofVictim().map(({ key }) => shop.asked.filter((one) => one.key === key).length);
  assert.ok(
    again.every((times) => times >= 2),
    again.join(),
  );
});

test("an owner that is killed leaves its run to another process, which pays nothing again", async () => {
  await startWorkers("one", "other");
  const first = startOwner();
  const second = startOwner();
  await until(() => heard(first, "outcome").length + heard(second, "outcome").length >= 4);
  const [owner, next] = heard(first, "outcome").length > 0 ? [first, second] : [second, first];
  await owner.kill();
  const report = await next.told("finished");
  assertPaidOnce(report);
  assert.ok(report.restored >= 4, `${report.restored} restored`);
});

/** How long Redis is away, in milliseconds. By hand: `OUTAGE=30000 node --test tests/queue/crash.test.mjs`. */
const OUTAGE = Number(process.env.OUTAGE ?? 1_500);
/** Time after which a journal says that an entry is not stored yet, and the run goes on. */
const PATIENCE = 10_000;

for (const away of [0, OUTAGE]) {
  test(`a run goes on when Redis was away for ${away} ms in its midst, and pays nothing again`, async () => {
    await startWorkers("one", "other");
    const owner = startOwner();
    await until(() => heard(owner, "outcome").length >= 4);
    // Longer than the lease of the journal and the locks of the jobs, unless it is 0.
    await server.restart(away);
    assertPaidOnce(await owner.told("finished"));
    if (away < PATIENCE) assert.deepEqual(heard(owner, "journal"), []);
    // What was written late is there, too.
    const { restored, values } = await startOwner().told("finished");
    assert.deepEqual([restored, values.length, shop.sold.size], [COUNT, COUNT, COUNT]);
  });
}
