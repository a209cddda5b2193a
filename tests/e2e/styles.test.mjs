// Every class that the storyboard's styles name is one that its components have. Needs no browser.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/paths.mjs";

const folders = [join(root, "www", "src"), join(root, "packages", "fault-server", "panel")];
const read = (ending) =>
  new Map(
    folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => ending.test(file))
        .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
    ),
  );
const components = read(/\.tsx?$/);
const sheets = read(/\.css$/);

/** Returns the classes of a sheet that are its own: `:global(…)` names those of another one. */
function classesOf(css) {
  const selectors = css.replace(/\/\*.*?\*\//gs, "").replace(/:global\([^)]*\)/g, "");
  const names = [...selectors.matchAll(/([^{}]*)\{/g)].flatMap(
    ([, selector]) => selector.match(/\.[a-z][\w-]*/gi) ?? [],
  );
  return [...new Set(names.map((name) => name.slice(1)))];
}

/** Returns whether a component has a class of a module, by name or by a state that is named somewhere. */
function isUsedOfModule(file, name) {
  const importer = new RegExp(`import (\\w+) from "[^"]*${basename(file)}"`);
  return [...components.values()].some((text) => {
    const alias = importer.exec(text)?.[1];
    if (alias === undefined) return false;
    const isComputed = text.includes(`${alias}[`) && [...components.values()].some((other) => isWord(other, name));
    return new RegExp(`\\b${alias}\\.${name}\\b`).test(text) || isComputed;
  });
}

const isWord = (text, name) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text);

for (const [file, css] of sheets)
  test(`${file} has no class that nothing uses`, () => {
    const isUsed = file.endsWith(".module.css")
      ? (name) => isUsedOfModule(file, name)
      : (name) => [...components.values()].some((text) => isWord(text, name));
    assert.deepEqual(
      classesOf(css).filter((name) => !isUsed(name)),
      [],
    );
  });

test("every sheet is imported", () => {
  const all = [...components.values()].join("\n");
  assert.deepEqual(
    [...sheets.keys()].filter((file) => !all.includes(`/${basename(file)}"`)),
    [],
  );
});

test("every variable of the styles is used", () => {
  const all = [...sheets.values(), ...components.values()].join("\n");
  const declared = new Set([...all.matchAll(/^\s*(--[\w-]+):/gm)].map(([, name]) => name));
  assert.deepEqual(
    // Those of the package are used by its views.
    [...declared].filter((name) => !new RegExp(`var\\(${name}[,)]`).test(all) && !name.startsWith("--sluicegate-")),
    [],
  );
});
