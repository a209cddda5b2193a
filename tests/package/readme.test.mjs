import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, test } from "node:test";
import { pages, withBench } from "../../bench/readme.mjs";
import { root } from "../../scripts/paths.mjs";

const README = join(root, "README.md");
/** A link of its own line, which the site replaces by the module. */
const MODULE = /^\[.*\]\(\.\.\/recipes\/([\w-]+)\/[\w-]+\.m?[jt]s\)$/gm;
const GUIDE = join(root, "docs", "guide");
const read = (file) => readFileSync(file, "utf8");

describe("the README and the guide", () => {
  test("show a module of each recipe", () => {
    const text = read(join(GUIDE, "recipes.md"));
    const folders = readdirSync(join(root, "docs", "recipes")).filter((name) => name !== "shared");
    const linked = [...text.matchAll(MODULE)].map(([, name]) => name);
    assert.deepEqual(linked.sort(), folders.sort());
  });

  test("show the figures that were measured: `npm run bench` writes them", () => {
    const bench = JSON.parse(read(join(root, "docs", "bench.json")));
    for (const page of pages) assert.equal(read(page.file), withBench(page, bench), relative(root, page.file));
  });

  test("name commands, files and headings that are there", () => {
    const { scripts } = JSON.parse(read(join(root, "package.json")));
    for (const file of [README, ...readdirSync(GUIDE).map((name) => join(GUIDE, name))]) {
      const text = read(file);
      const at = relative(root, file);
      for (const [, name] of text.matchAll(/npm run ([\w-]+)/g)) assert.ok(name in scripts, `${at}: npm run ${name}`);
      for (const [, path, heading] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
        const target = path === "" ? file : join(dirname(file), path);
        assert.ok(existsSync(target), `${at}: ${path}`);
        if (heading) assert.ok(headingsOf(read(target)).includes(heading), `${at}: ${path}#${heading}`);
      }
    }
  });

  test("have one table that names every entry of the package, and functions that it exports", async () => {
    const table = read(README).split("\n## Entries\n")[1]?.split("\n## ")[0] ?? "";
    const { exports } = JSON.parse(read(join(root, "package.json")));
    const entries = Object.keys(exports).filter((entry) => !/\.(wasm|json)$/.test(entry));
    const rows = table.split("\n").filter((row) => row.startsWith("| `"));
    const named = rows.flatMap((row) => [...row.split(" | ")[0].matchAll(/`(.+?)`/g)].map(([, name]) => name));
    assert.deepEqual(named.toSorted(), entries.map((entry) => entry.replace(/^\./, "sluicegate")).toSorted());
    for (const row of rows) {
      const [of, names] = row.split(" | ").map((cell) => [...cell.matchAll(/`(.+?)`/g)].map(([, name]) => name));
      const modules = await Promise.all(of.map((name) => import(name)));
      for (const name of names)
        assert.ok(
          modules.some((module) => name in module),
          `${of}: ${name}`,
        );
    }
  });

  test("are short: 200 lines of README, and every page of the guide is linked", () => {
    const text = read(README);
    assert.ok(text.trimEnd().split("\n").length <= 200);
    for (const name of readdirSync(GUIDE)) assert.ok(text.includes(`](docs/guide/${name})`), name);
  });
});

/** Returns the anchors that GitHub gives the headings of a page. */
function headingsOf(text) {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
