import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { withBench } from "../../bench/readme.mjs";
import { root } from "../../scripts/paths.mjs";
import { withRecipes } from "../../scripts/recipes.mjs";

const readme = readFileSync(join(root, "README.md"), "utf8");

describe("the README", () => {
  test("shows the recipes as they are in the app: `npm run recipes` writes them", () => {
    assert.equal(readme, withRecipes(readme));
  });

  test("shows the figures that were measured: `npm run bench` writes them", () => {
    assert.equal(readme, withBench(readme, JSON.parse(readFileSync(join(root, "docs", "bench.json"), "utf8"))));
  });

  test("names commands and files that are there", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const [, name] of readme.matchAll(/npm run ([\w-]+)/g)) assert.ok(name in scripts, name);
    for (const [, path] of readme.matchAll(/\]\(((?!https?:|#)[^)]+)\)/g))
      assert.ok(existsSync(join(root, path)), path);
  });
});
