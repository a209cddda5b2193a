// What npm run mutants lets pass.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { report } from "../../scripts/caught.mjs";

/** Reports so many mutants of each kind. */
function passes(t, caught, missed, timeout) {
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  t.after(() => rmSync(folder, { recursive: true }));
  t.mock.method(console, "log", () => {});
  for (const [name, count] of Object.entries({ caught, missed, timeout })) {
    writeFileSync(join(folder, `${name}.txt`), "mutant\n".repeat(count));
  }
  return report(folder);
}

test("a run of mutants passes if nearly all were caught, and fails without a mutant", (t) => {
  const runs = [[90, 5, 5], [90, 6, 4], [0, 0, 1], [0, 0, 0]]; // biome-ignore format: a table
  assert.deepEqual(runs.map((counts) => passes(t, ...counts)), [true, false, true, false]); // biome-ignore format: short
});
