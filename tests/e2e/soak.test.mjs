// A short soak, and that it would see what is lost or paid twice. `npm run soak` makes a long one in three engines.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { scenarioOf } from "../soak/plan.mjs";
import { soak } from "../soak/soak.mjs";
import { patience } from "./helpers.mjs";

const SEED = 1;

/** A run of six items in a calm world. */
const calm = (changes) => (number) => ({
  ...scenarioOf(SEED, number),
  ...{ mode: "pool", calls: "keyed", journal: "indexedDb", items: 6, concurrency: 2, retries: "call", acts: [] },
  ...{ timeout: undefined, limiter: undefined, server: { seed: 1, time: 5 } },
  ...changes,
});

async function soaked(options) {
  const { Chromium } = await soak({ seed: SEED, milliseconds: 20_000, browsers: ["chromium"], ...options });
  return Chromium;
}

describe("random runs in Chromium", patience, () => {
  test("lose nothing and pay nothing twice, whatever happens to their pages", async (t) => {
    const { lost, doubled, unhandled, problems, runs, calls, faults } = await soaked({});
    assert.deepEqual([lost, doubled, unhandled, problems], [0, 0, 0, []]);
    assert.ok(runs > 0 && calls > 0);
    t.diagnostic(`${runs} runs, ${calls} calls, ${faults} faults, seed ${SEED}`);
  });

  test("are seen to lose a piece that is paid and not in its outcome", async () => {
    const { lost, doubled, problems } = await soaked({ plan: calm({ calls: "lossy" }), only: 1 });
    assert.deepEqual([lost, doubled], [1, 0]);
    assert.match(problems.join(), /item 1 lost/);
  });

  test("are seen to pay twice if their calls have a new key each time", async () => {
    const server = { seed: 1, time: 5, faultRate: 1, kinds: ["loseReply"] };
    const acts = [{ kind: "reload", after: 2, delay: 0, time: 0 }];
    const { doubled, problems } = await soaked({ plan: calm({ calls: "careless", server, acts }), only: 1 });
    assert.ok(doubled > 0, `${doubled} pieces paid twice`);
    assert.match(problems.join(), /was paid \d+ times/);
  });

  test("are seen to pay twice if their journal is forgotten with the page", async () => {
    const acts = [{ kind: "reload", after: 3, delay: 0, time: 0 }];
    const plan = calm({ journal: "memory", acts });
    const { doubled } = await soaked({ plan, only: 1 });
    assert.ok(doubled > 0, "what was made before the reload is made again, under other keys");
  });
});
