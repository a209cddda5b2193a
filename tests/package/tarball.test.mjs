import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { root } from "../../scripts/paths.mjs";
import { cleanUp, filesIn, install } from "./helpers.mjs";

describe("the tarball", () => {
  const undo = cleanUp();
  let installed;
  let files;
  let manifest;
  const read = (name) => readFileSync(join(installed, name));

  before(async () => {
    ({ installed } = await install(undo));
    files = filesIn(installed);
    manifest = JSON.parse(String(read("package.json")));
  });

  test("holds dist/, entries for old resolvers, package.json, README.md and LICENSE, and nothing else", () => {
    const entries = "(react|react/devtools|journal|bullmq|server|remote|tabs|testing)/package\\.json";
    const named = new RegExp(`^(dist/[\\w.-]+|${entries}|package\\.json|README\\.md|LICENSE)$`);
    assert.deepEqual(
      files.filter((name) => !named.test(name)),
      [],
    );
    assert.deepEqual(
      files.filter((name) => !/\.(js|cjs|d\.ts|d\.cts|wasm|json|md|map)$|^LICENSE$/.test(name)),
      [],
    );
  });

  test("has a file for everything that package.json names", () => {
    const named = [
      ...[manifest.exports, manifest.typesVersions].flatMap(leaves),
      ...[manifest.main, manifest.module, manifest.types],
    ];
    assert.ok(named.length >= 8, "entries, types, the wasm and package.json are exported");
    assert.deepEqual(
      named.filter((name) => !files.includes(name.replace(/^\.\//, ""))),
      [],
    );
  });

  test("gives every entry types of its own module system", () => {
    for (const [entry, name] of [
      [".", "index"],
      ["./react", "react"],
    ]) {
      for (const [condition, extension] of [
        ["import", "js"],
        ["require", "cjs"],
      ]) {
        const { types, default: code } = manifest.exports[entry][condition];
        assert.equal(types, `./dist/${name}.d.${extension.replace("js", "ts")}`);
        assert.equal(code, `./dist/${name}.${extension}`);
        assert.equal(
          Object.keys(manifest.exports[entry][condition])[0],
          "types",
          "types come first, or TypeScript does not see them",
        );
      }
    }
  });

  test("has no dependencies and runs nothing when it is installed", () => {
    for (const field of ["dependencies", "optionalDependencies", "bundleDependencies"])
      assert.equal(manifest[field], undefined, field);
    // A project without React need not install it, and one with an older React can install the core. The hooks need 18.
    // The others are objects that users of the queue pass in.
    assert.deepEqual(manifest.peerDependencies, { bullmq: ">=5.62", ioredis: ">=5.4", react: ">=16.8" });
    assert.deepEqual(
      manifest.peerDependenciesMeta,
      Object.fromEntries(["bullmq", "ioredis", "react"].map((name) => [name, { optional: true }])),
    );
    for (const script of ["preinstall", "install", "postinstall"])
      assert.equal(manifest.scripts?.[script], undefined, script);
  });

  test("brings valid wasm, and the same as text", async () => {
    const wasm = read("dist/sluicegate.wasm");
    assert.ok(WebAssembly.validate(wasm));
    for (const name of ["dist/index.js", "dist/index.cjs"]) {
      assert.ok(wasm.equals(Buffer.from(decoded(read(name).toString()))), name);
      assert.match(textOfWasm(read(name).toString()), /^[ -~\s]*$/, "plain ASCII: no server has to know its encoding");
    }
  });

  test("has source maps with their sources, and lines that can be shown in an error", () => {
    for (const name of ["index.js", "index.cjs", "react.js", "react.cjs"]) {
      const map = JSON.parse(read(`dist/${name}.map`).toString());
      assert.ok(map.sources.length > 0 && map.sourcesContent.every((source) => typeof source === "string"), name);
      const lines = withoutPayload(read(`dist/${name}`).toString()).split("\n");
      assert.deepEqual(
        lines.filter((line) => line.length > 500).map((line) => line.slice(0, 80)),
        [],
        name,
      );
    }
  });

  test("says nothing of the machine that built it", () => {
    const own = [root, homedir(), tmpdir()]
      .map((path) => path.replace(/[\\/]*$/, ""))
      .filter(Boolean)
      .map(asPattern);
    const others =
      /(?<![\w.])(?:[A-Za-z]:\\+Users\b|\/(?:home|root|Users|work|build|builds|tmp|opt|usr|var|mnt|workspace)\/\w)|file:\/\/\/\w|\.cargo\b|\.rustup\b|registry\/src|-[0-9a-f]{16}\/[\w-]+-\d+\.\d/;
    const found = files.flatMap((name) => {
      const text = withoutPayload(read(name).toString("latin1"));
      // A README may well name files of its reader's system.
      const at = [...own.map((path) => text.search(path)), name === "README.md" ? -1 : text.search(others)];
      return at
        .filter((index) => index >= 0)
        .map((index) => `${name}: ${/^[ -~]{0,100}/.exec(text.slice(index))?.[0]}`);
    });
    assert.deepEqual(found, []);
  });

  test("loads the wasm where and how no bundler has to be told", () => {
    for (const name of files.filter((file) => /\.c?js$/.test(file))) {
      const text = withoutPayload(read(name).toString());
      // The hooks and the views have React from the page; it is theirs alone.
      const own = /^dist\/react(-devtools)?\.cjs$/.test(name) ? text.replace('require("react")', "") : text;
      // Runs on a server take the engine of the page.
      const alone = name === "dist/remote.cjs" ? own.replace('require("sluicegate")', "") : own;
      // Journals in Redis are for servers.
      const code = /^dist\/bullmq\.c?js$/.test(name)
        ? alone.replace(/require\("node:v8"\)|from "node:v8"/, "").replaceAll("node_v8", "")
        : alone;
      assert.doesNotMatch(
        code,
        /import\.meta|new URL\(|\bnode:|\brequire\((?!["'`]\.)|\bimport\((?!["'`]\.)|\bprocess\.(?!env\.NODE_ENV\b)|__dirname/,
        name,
      );
    }
  });
});

/** Decodes the wasm in the text of a bundle, with the function that the bundle has for it. */
function decoded(text) {
  const from = text.indexOf("const text = `");
  const to = text.indexOf("\n}\n", from);
  return new Function(`${text.slice(from, to)}\n}\nreturn bytes();`)();
}

const textOfWasm = (text) => /const text = `([^`]*)`/.exec(text)?.[1] ?? "";

function leaves(tree) {
  return typeof tree === "string" ? [tree] : Object.values(tree).flatMap(leaves);
}

/** A path of one name, such as /src, is also a part of innocent ones. */
function asPattern(path) {
  const escaped = path.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`${/[\\/].*[\\/]/.test(path) ? "" : "(?<![\\w.-])"}${escaped}[\\\\/]`);
}

/** The text of the wasm may hold anything that looks like a path. What it stands for is a file of its own. */
function withoutPayload(text) {
  return text.replace(/(?<=const text = `)[^`]*(?=`)/, "");
}
