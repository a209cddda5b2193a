// The modules of the package import each other without cycles, but for types, which are gone when it runs.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/paths.mjs";

const SOURCE = join(root, "src");

function importsOf(file) {
  const text = readFileSync(file, "utf8");
  const imports = [...text.matchAll(/^(?:import|export)(\s+type)?\s[^;]*?\sfrom "(\.[^"]+\.ts)"/gms)];
  return imports.filter(([, type]) => !type).map(([, , path]) => join(dirname(file), path));
}

/** Returns the first cycle on the way from a file, as a list of files. */
function cycleFrom(file, way, done) {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
  if (done.has(file)) return undefined;
  for (const next of importsOf(file)) {
    const cycle = cycleFrom(next, [...way, file], done);
    if (cycle) return cycle;
  }
  done.add(file);
  return undefined;
}

test("no module imports itself, directly or through others", () => {
  const names = readdirSync(SOURCE, { recursive: true }).map(String);
  const files = names.filter((name) => name.endsWith(".ts")).map((name) => join(SOURCE, name));
  assert.ok(files.length > 80, "the modules are found");
  assert.ok(importsOf(join(SOURCE, "runtime", "run.ts")).length > 5, "their imports are found");
  const done = new Set();
  for (const file of files) {
    const cycle = cycleFrom(file, [], done);
    assert.equal(cycle?.map((one) => relative(SOURCE, one)).join(" → "), undefined);
  }
});
