import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { runChild } from "../../scripts/child.mjs";
import { cleanUp, filesIn, install, runConsumer } from "../package/helpers.mjs";
import { BUNDLER, checkTypes, NODE } from "../package/strict-types.mjs";
import { project, REACTS } from "./lab.mjs";

describe("R28 the entry of the hooks", () => {
  const undo = cleanUp();
  let folder;
  let installed;
  const read = (name) => readFileSync(join(installed, "dist", name), "utf8");

  before(async () => {
    ({ folder, installed } = await install(undo));
  });

  test('is in the tarball, for both module systems and with types, and begins with "use client"', () => {
    const files = filesIn(join(installed, "dist"));
    for (const name of ["react.js", "react.cjs", "react.d.ts", "react.d.cts"]) assert.ok(files.includes(name), name);
    for (const name of ["react.js", "react.cjs"]) assert.match(read(name), /^"use client";/, name);
  });

  test("imports React and nothing else", () => {
    assert.deepEqual(imports(read("react.js")), ["react"]);
    assert.deepEqual(imports(read("react.cjs")), ["react"]);
  });

  test("is the only one that imports React: the core is loaded where there is none", async () => {
    for (const name of filesIn(join(installed, "dist")).filter(
      (file) => /\.c?js$/.test(file) && !/^react[.-]/.test(file),
    )) {
      const code = read(name).replace(/[A-Za-z0-9+/=]{1000,}/g, "");
      assert.deepEqual(
        imports(code).filter((from) => !from.startsWith("./") && from !== "sluicegate"),
        [],
        name,
      );
      assert.doesNotMatch(code, /use client/, name);
    }
    const program =
      "import('sluicegate').then((s) => s.startRun([1], () => 2, { concurrency: 1 }).finished).then(async ({ values }) => console.log(JSON.stringify([values, require('sluicegate').startRun.length, await import('react').catch((error) => error.code)])))";
    const { code, output } = await runChild(process.execPath, ["--input-type=commonjs", "-e", program], {
      cwd: folder,
      env: { NODE_OPTIONS: undefined, NODE_TEST_CONTEXT: undefined },
      timeout: 120,
    });
    assert.equal(code, 0, output);
    assert.deepEqual(JSON.parse(output), [[2], 3, "ERR_MODULE_NOT_FOUND"]);
  });
});

for (const react of REACTS) {
  describe(`R28 the hooks outside a browser, with React ${react.version}`, () => {
    const undo = cleanUp();
    let folder;

    before(async () => {
      folder = project((await install(undo)).folder, `react-${react.version}`, react, "consumers");
    });

    for (const system of ["esm", "commonjs"]) {
      for (const [mode, about] of [
        ["absent", "has no browser"],
        ["trap", "throws where a browser is looked for"],
      ]) {
        test(`render idle on a server that ${about}, start nothing, load no engine and say nothing (${system})`, async () => {
          const { html, withRun, seen, said, asked, begun, wasm } = await runConsumer(
            folder,
            join("consumers", "server.mjs"),
            mode,
            system,
          );
          assert.deepEqual(seen, Array(3).fill(["idle", true, [], true, true]));
          assert.equal(html, "<main><button>idle<!-- -->0</button><p>idle<button></button></p></main>");
          assert.equal(withRun, "<p>idle<button></button></p>");
          assert.deepEqual({ said, asked, begun }, { said: [], asked: [], begun: 0 });
          assert.ok(wasm, "the run that it began itself did load it: what watches does see it");
        });
      }
    }

    test("and the core have one engine in a CommonJS process, which the hooks alone do not load", async () => {
      assert.deepEqual(await runConsumer(folder, join("consumers", "required.cjs")), {
        hooks: ["useRun", "useRunState"],
        ofHooks: ["react.cjs"],
        engines: 1,
        html: "<p>idle</p>",
        values: [2, 4],
        twice: [],
      });
    });

    for (const [name, file, options, entry] of /** @type {[string, string, string[], string][]} */ ([
      ["an ES module in Node", "page.tsx", NODE, "react.d.ts"],
      ["a bundler", "page.tsx", BUNDLER, "react.d.ts"],
      ["a CommonJS module in Node", "page.cts", NODE, "react.d.cts"],
    ])) {
      test(`infer arguments, values and the kind of run, and refuse what is none, for ${name}`, async () => {
        const jsx = [...options, "--jsx", "react-jsx"];
        const { code, errors, read, lines } = await checkTypes(folder, join("consumers", file), jsx, "react");
        assert.equal(code, 0, errors);
        assert.deepEqual(read, [entry]);
        const types = lines.filter((line) => /@types[\\/]react[\\/]index\.d\.ts$/.test(line));
        assert.equal(types.length, 1);
        assert.ok(
          readFileSync(join(folder, "node_modules", "@types", "react", "package.json"), "utf8").includes(
            `"version": "${react.version}.`,
          ),
        );
      });
    }
  });
}

/** Returns the names in imports and requires of a bundled file, but for those in its comments. */
function imports(code) {
  return [
    ...code
      .replace(/^\s*(?:\/\*\*|\*).*$/gm, "")
      .matchAll(
        /\bfrom ?["'`]([\w./@-]+)["'`]|\bimport ?["'`]([\w./@-]+)["'`]|\b(?:require|import)\(["'`]([\w./@-]+)["'`]\)/g,
      ),
  ].map(([, ...names]) => names.find(Boolean));
}
