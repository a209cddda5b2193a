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
  const passed = (...counts) => passes(t, ...counts);
  assert.deepEqual([passed(90, 5, 5), passed(90, 6, 4), passed(0, 0, 1), passed(0, 0, 0)], [true, false, true, false]);
});
