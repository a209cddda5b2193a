// The examples of the README and the guide: each is type-checked, and each runs on its own against a stub of a backend.
// What it logs is compared with the comments at its calls of console.log. Those of calls.md and ai-sdk.md run in
// tests/sdks, with the real clients. A fence that says `no-run` is only type-checked, one that says `no-check` is only
// read.

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import "fake-indexeddb/auto";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { rolldown } from "rolldown";
import * as sluicegate from "../../dist/index.js";
import { runChild } from "../../scripts/child.mjs";
import { nodeBin, root, scratch } from "../../scripts/paths.mjs";

const GUIDE = join(root, "docs", "guide");
const FOLDER = join(scratch, "examples");
/** Pages whose examples need packages of their own, and the tests that run them. */
const OF_SDKS = join(root, "tests", "sdks", "guide.test.mjs");
const TESTED_ELSEWHERE = { "calls.md": OF_SDKS, "ai-sdk.md": OF_SDKS };
const PAGES = readdirSync(GUIDE).filter((name) => !existsSync(TESTED_ELSEWHERE[name] ?? ""));
const FENCE = /^```(tsx?|js|jsx)( [\w-]+)?\n([\s\S]*?)^```$/gm;

/** A call of console.log, with the comment behind it, or those on the lines below it: what it logs. */
const LOG = /console\.log\(.*\);(?:[ \t]*\/\/ (.*)|((?:\n[ \t]*\/\/ .*)+))?$/gm;

/** The names of the package that examples use. */
const TYPES = ["BatchContext", "TaskContext", "Run", "Outcome", "RunReport"];
const NAMES = [...Object.keys(sluicegate), ...TYPES];

const examples = [
  join(root, "README.md"),
  join(root, "website/pages/index.md"),
  ...PAGES.map((name) => join(GUIDE, name)),
]
  .flatMap(examplesOf)
  .filter(({ mark }) => mark !== "no-check");

/** Returns the fenced examples of a page. */
function examplesOf(page) {
  const text = readFileSync(page, "utf8");
  // The README says where its names come from.
  const imported = new Set(page.endsWith("README.md") ? NAMES : []);
  return [...text.matchAll(FENCE)].map(({ 1: language, 2: mark, 3: code, index }) => {
    const line = text.slice(0, index).split("\n").length;
    const name = `${basename(page, ".md").toLowerCase()}-${line}`;
    const example = { title: `${basename(page)}:${line}`, name, language, mark: mark?.trim() };
    return { ...example, code: withImports(code, imported) };
  });
}

/**
 * Adds to an example the imports that earlier examples of its page have. What no earlier one imports stays missing, so
 * the types are wrong.
 * @param {string} code
 * @param {Set<string>} imported by earlier examples; gets the names of this one
 */
function withImports(code, imported) {
  const own = /import \{([^}]*)\} from "sluicegate"/.exec(code)?.[1] ?? "";
  const ownNames = own.split(",").map((name) => name.replace(/^\s*(type )?/, "").trim());
  const missing = NAMES.filter(
    (name) =>
      imported.has(name) &&
      !ownNames.includes(name) &&
      new RegExp(`(?<![\\w.$"'/])${name}(?=[(<.,;)\\[\\s]|$)`, "m").test(code) &&
      !new RegExp(`\\b(function|const|class|type|interface) ${name}\\b`).test(code),
  );
  for (const name of ownNames) imported.add(name);
  const names = missing.map((name) => (TYPES.includes(name) ? `type ${name}` : name));
  return `${names.length ? `import { ${names.join(", ")} } from "sluicegate"; ` : ""}${code}\nexport {};\n`;
}

describe("the examples of the README and the guide", () => {
  const fileOf = ({ name, language }) => join(FOLDER, `${name}.${language}`);

  before(() => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    cpSync(fileURLToPath(new URL("examples", import.meta.url)), FOLDER, { recursive: true });
    for (const example of examples) writeFileSync(fileOf(example), example.code);
  });

  test("have the right types", async () => {
    const { code, output } = await runChild(nodeBin("tsc"), ["-p", FOLDER], { timeout: 300 });
    assert.equal(code, 0, output);
  });

  describe("run", () => {
    const runnable = examples.filter(({ mark }) => mark !== "no-run");
    let world;

    before(async () => {
      const input = [join(FOLDER, "world.ts"), ...runnable.map(fileOf)];
      const bundle = await rolldown({ input, external: /^[^./]/, platform: "node", logLevel: "silent" });
      await bundle.write({ dir: join(FOLDER, "out"), entryFileNames: "[name].mjs" });
      world = await import(pathToFileURL(join(FOLDER, "out", "world.mjs")).href);
    });

    for (const { title, name, code } of runnable) {
      test(title, { timeout: 60_000 }, async (t) => {
        world.reset();
        const log = t.mock.method(console, "log", () => {});
        t.mock.method(console, "info", () => {});
        const module = await import(pathToFileURL(join(FOLDER, "out", `${name}.mjs`)).href);
        await world.tested();
        const logged = log.mock.calls.map((call) => call.arguments.map(shown).join(" "));
        assert.deepEqual(logged, logsOf(code), "what is logged is what its comments say");
        for (const [exported, Component] of Object.entries(module))
          if (/^([A-Z][a-z]|default$)/.test(exported)) renderToString(createElement(Component, world.props));
        // A route handler of Next.js.
        const request = new Request("https://page.test/api/picture", { method: "POST", body: "{}" });
        if (module.POST) assert.equal((await module.POST(request)).status, 200);
      });
    }
  });
});

/** Returns what the comments of an example say that it logs, in the order of the source. */
function logsOf(code) {
  return [...code.matchAll(LOG)].map(([call, behind, below]) => {
    const said = behind ?? below?.replace(/\n[ \t]*\/\/ /g, " ").trim();
    return said ?? `nothing is said of ${call}`;
  });
}

/** Returns a value as the pages show it: texts in lists in double quotes, lists without inner spaces. */
function shown(value) {
  if (typeof value === "string") return value;
  const text = inspect(value, { breakLength: Infinity, depth: Infinity });
  return text.replaceAll("'", '"').replace(/\[ /g, "[").replace(/ \]/g, "]");
}
