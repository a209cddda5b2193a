// Limiters whose limit is set.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { failure, Limiter, settleWithConcurrency } from "./package.mjs";

const refused = (name, expected) => ({ name: "TypeError", message: new RegExp(`^\`${name}\` must be ${expected}`) });

test("an adaptive limiter whose limit is lowered grows from there to its own bounds", async () => {
  const limiter = new Limiter({ limit: 10, adaptive: true });
  limiter.limit = 3;
  assert.equal(limiter.limit, 3);
  await settleWithConcurrency(Array(200).fill(0), 20, async () => {}, { limiter });
  assert.equal(limiter.limit, 10);
});

test("an adaptive limiter refuses a limit outside of its bounds, and keeps the one that it has", () => {
  const limiter = new Limiter({ limit: 4, adaptive: { min: 2, max: 8 } });
  for (const limit of [1, 9, Infinity]) {
    const set = () => {
      limiter.limit = limit;
    };
    assert.throws(set, refused("limit", `from adaptive.min \\(2\\) to adaptive.max \\(8\\), got ${limit}`));
    assert.equal(limiter.limit, 4);
  }
  for (const limit of [2, 8]) {
    limiter.limit = limit;
    assert.equal(limiter.limit, limit);
  }
  const plain = new Limiter({ limit: 4 });
  plain.limit = Infinity;
  assert.equal(plain.limit, Infinity);
});

test("the bounds of an adaptive limiter that was given none are one place and its limit", async () => {
  const limiter = new Limiter({ adaptive: true });
  assert.equal(limiter.limit, 5);
  const set = () => {
    limiter.limit = 6;
  };
  assert.throws(set, refused("limit", "from adaptive.min \\(1\\) to adaptive.max \\(5\\), got 6"));
  await settleWithConcurrency(Array(20).fill(0), 1, () => Promise.reject(failure(429, { retryAfter: 0 })), { limiter });
  assert.equal(limiter.limit, 1);
});

test("bounds that leave no limit are refused by name", () => {
  const bad = (name, expected, options) => assert.throws(() => new Limiter(options), refused(name, expected));
  bad("adaptive.min", "at most limit \\(5\\), got 6", { adaptive: { min: 6 } });
  bad("adaptive.min", "at most adaptive.max \\(2\\), got 3", { limit: 2, adaptive: { min: 3, max: 2 } });
  bad("limit", "at least adaptive.min \\(4\\), got 2", { limit: 2, adaptive: { min: 4, max: 8 } });
  bad("limit", "at most adaptive.max \\(1\\), got 2", { limit: 2, adaptive: { max: 1 } });
});

test("a limiter shows its name in consoles", () => {
  assert.match(inspect(new Limiter({ limit: 1 })), /^Limiter \{/);
  assert.equal(Limiter.name, "Limiter");
});
