// Calls before the engine is loaded, in a process of its own for each: `early.mjs <what>`.
import { callPhase, processWithConcurrency, startRun } from "sluicegate";

const asked = {
  /** Items that are added at once. */
  async added() {
    const called = [];
    const run = startRun(["a"], async (item) => called.push(item), { concurrency: 1, open: true });
    run.add(["b"]);
    run.add(["c", "d"]);
    run.end();
    const { status, outcomes } = await run.finished;
    return { status, called, outcomes: outcomes.length };
  },

  /** Arguments that are changed after the call. */
  async changed() {
    const body = { text: "as it was" };
    const items = [1, 2, 3];
    const sent = [];
    const fetch = async (_url, init) => (sent.push(init.body), new Response("{}"));
    const call = callPhase("http://localhost/", body, { fetch });
    const run = processWithConcurrency(items, 1, (item) => item);
    body.text = "changed";
    items[0] = 99;
    items.push(4);
    await call;
    return { sent, values: await run };
  },

  /** Arguments that cannot be used. */
  async refused() {
    const reasons = await Promise.allSettled([processWithConcurrency([1], 0, () => 1), callPhase("/", () => 1)]);
    return reasons.map(
      (settled) => settled.status === "rejected" && `${settled.reason.name}: ${settled.reason.message}`,
    );
  },
};

console.log(JSON.stringify(await asked[process.argv[2]]()));
