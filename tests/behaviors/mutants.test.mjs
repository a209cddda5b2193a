// What npm run mutants lets pass.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { test } from "node:test";
import { report } from "../../scripts/mutants/caught.mjs";
import { copySources } from "../../scripts/mutants/sources.mjs";

function folderOf(t) {
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes the lists of one pass, which have these numbers of mutants. The first has the number `from`. */
function listsOf(t, { caught = 0, missed = 0, timeout = 0 }, from = 0) {
  const folder = folderOf(t);
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
  const [unit, simulation] = [
    listsOf(t, { caught: 80, missed: 20 }),
    listsOf(t, { caught: 14, missed: 5, timeout: 1 }, 80),
  ];
  const passed = report(unit, simulation);
  const rows = log.mock.calls.map(({ arguments: [line] }) => line);
  assert.ok(passed);
  assert.ok(rows.includes("| `src/core/due.rs` | 100 | 80 | 14 | 1 | 5 |"), rows.join("\n"));
});

test("a simulation that got other mutants than those that were missed is refused", (t) => {
  t.mock.method(console, "log", () => {});
  const unit = listsOf(t, { caught: 80, missed: 20 });
  // An edit between the passes moves mutants to other lines.
  assert.throws(() => report(unit, listsOf(t, { caught: 20 }, 81)), /other than the 20 that were missed/);
  assert.throws(() => report(unit, listsOf(t, { caught: 19 }, 80)), /got 19 mutants/);
});

test("both passes work on a copy of the crate, which has its Rust sources and no installed packages", (t) => {
  const folder = folderOf(t);
  copySources(folder);
  const endings = (of) =>
    new Set(
      readdirSync(join(folder, of), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => extname(entry.name)),
    );
  assert.deepEqual([...endings("tests")], [".rs"]);
  assert.ok(!existsSync(join(folder, "node_modules")));
  for (const name of ["Cargo.toml", "Cargo.lock", ".cargo/mutants.toml", "src/runtime/table.ts", "tests/table.rs"]) {
    assert.ok(readFileSync(join(folder, name)).equals(readFileSync(join(import.meta.dirname, "../..", name))), name);
  }
});
