// What npm run mutants lets pass.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { report } from "../../scripts/caught.mjs";

/** Writes the lists of one pass, which have these numbers of mutants. The first has the number `from`. */
function listsOf(t, { caught = 0, missed = 0, timeout = 0 }, from = 0) {
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  t.after(() => rmSync(folder, { recursive: true }));
  let line = from;
  for (const [name, count] of Object.entries({ caught, missed, timeout })) {
    const mutants = Array.from({ length: count }, () => `src/core/due.rs:${line++}:1: replace due\n`);
    writeFileSync(join(folder, `${name}.txt`), mutants.join(""));
  }
  return folder;
}

test("a run of mutants passes if nearly all were caught, and fails without a mutant", (t) => {
  t.mock.method(console, "log", () => {});
  const passed = (caught, missed, timeout) => report(listsOf(t, { caught, missed, timeout }));
  assert.deepEqual([passed(90, 5, 5), passed(90, 6, 4), passed(0, 0, 1), passed(0, 0, 0)], [true, false, true, false]);
});

test("what the simulation catches counts once, and only what it misses is missed", (t) => {
  const log = t.mock.method(console, "log", () => {});
  const [unit, simulation] = [listsOf(t, { caught: 80, missed: 20 }), listsOf(t, { caught: 14, timeout: 1 }, 80)];
  const passed = report(unit, simulation);
  const rows = log.mock.calls.map(({ arguments: [line] }) => line);
  assert.ok(passed);
  assert.ok(rows.includes("| `src/core/due.rs` | 100 | 80 | 14 | 1 | 5 |"), rows.join("\n"));
});
