import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { runChild } from "../../scripts/child.mjs";
import { publishedReadme, stage } from "../../scripts/pack/published.mjs";
import { nodeBin, root } from "../../scripts/paths.mjs";
import { cleanUp, emptyFolder, filesIn, install } from "./helpers.mjs";

describe("publishing", () => {
  const undo = cleanUp();
  let installed;
  let home;
  const read = (folder, name) => readFileSync(join(folder, name), "utf8");

  before(async () => {
    ({ installed, home } = await install(undo));
  });

  test("npm has nothing to correct or to warn of", async () => {
    const args = ["publish", stage(join(home, "dry")), "--dry-run", "--tag", "next"];
    const { code, output } = await runChild("npm", args, { cwd: home, env: npmEnv(home), timeout: 60 });
    assert.equal(code, 0, output);
    assert.match(output, /\+ sluicegate@\d/);
    // Nobody is logged in here, which npm says.
    const rest = output.replace(
      /^npm notice.*\n|^npm warn publish This command requires you to be logged in.*\n/gm,
      "",
    );
    assert.doesNotMatch(rest, /warn|error/i);
  });

  test("the repository itself is not published, only what is staged", async () => {
    const { code, output } = await runChild("npm", ["publish", "--dry-run", "--tag", "next"], {
      env: npmEnv(home),
      timeout: 60,
    });
    assert.notEqual(code, 0, output);
    assert.match(output, /npm run release/);
  });

  test("npm pack in the repository packs the same, and leaves the repository as it was", async () => {
    const before = ["package.json", "README.md"].map((name) => read(root, name));
    const folder = emptyFolder(undo);
    const { code, output } = await runChild("npm", ["pack", "--pack-destination", folder], {
      env: npmEnv(home),
      timeout: 300,
    });
    assert.equal(code, 0, output);
    const [tarball = ""] = readdirSync(folder);
    await runChild("tar", ["-xzf", tarball, "--strip-components=1"], { cwd: folder, timeout: 60 });
    const files = filesIn(folder).filter((name) => name !== tarball);
    assert.deepEqual(files, filesIn(installed));
    for (const name of ["package.json", "README.md"]) assert.equal(read(folder, name), read(installed, name), name);
    assert.deepEqual(
      ["package.json", "README.md"].map((name) => read(root, name)),
      before,
    );
  });

  test("package.json has nothing that only the repository needs", () => {
    const manifest = JSON.parse(read(installed, "package.json"));
    for (const field of ["workspaces", "scripts", "devDependencies"]) assert.ok(!(field in manifest), field);
    for (const field of ["repository", "homepage", "bugs", "author", "license", "unpkg", "jsdelivr"])
      assert.ok(manifest[field], field);
  });

  test("the links of the README are addresses, for sites that show it elsewhere", () => {
    const text = read(installed, "README.md");
    assert.ok(text.includes("]("));
    assert.deepEqual(
      [...text.matchAll(/\]\((?!https:|#)[^)]*\)/g)].map(([link]) => link),
      [],
    );
    const repository = { url: "git+https://github.com/a/b.git" };
    assert.equal(
      publishedReadme("![x](docs/x.png) [y](docs/y.md#z) [w](https://w.test) [v](#v)", { repository }),
      "![x](https://raw.githubusercontent.com/a/b/HEAD/docs/x.png) [y](https://github.com/a/b/blob/HEAD/docs/y.md#z) [w](https://w.test) [v](#v)",
    );
  });
});

/** As from a shell, without settings of the npm that runs the tests. */
function npmEnv(home) {
  const own = Object.keys(process.env).filter((name) => /^(npm_|INIT_CWD$|NODE_ENV$)/i.test(name));
  return {
    ...Object.fromEntries(own.map((name) => [name, undefined])),
    npm_config_userconfig: join(home, "npmrc"),
    npm_config_cache: join(home, "cache"),
    npm_config_offline: "true",
  };
}

describe("releases", () => {
  const undo = cleanUp();

  test("a changeset raises the version, by the settings of the repository", async () => {
    const folder = emptyFolder(undo);
    cpSync(join(root, ".changeset/config.json"), join(folder, ".changeset/config.json"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "sluicegate", version: "1.2.3" }));
    writeFileSync(join(folder, ".changeset/a.md"), '---\n"sluicegate": minor\n---\n\nA new option.\n');
    const git = await runChild("git", ["init", "-b", "main"], { cwd: folder, timeout: 30 });
    assert.equal(git.code, 0, git.output);
    const { code, output } = await runChild(nodeBin("changeset"), ["version"], { cwd: folder, timeout: 60 });
    assert.equal(code, 0, output);
    assert.equal(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version, "1.3.0");
  });

  test("the workflow publishes with provenance what the tests have passed", () => {
    const workflow = readFileSync(join(root, ".github/workflows/release.yml"), "utf8");
    const at = (text) => {
      assert.ok(workflow.includes(text), text);
      return workflow.indexOf(text);
    };
    assert.ok(at("npm test") < at("npm run release -- --provenance"));
    at("id-token: write");
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const [, name] of workflow.matchAll(/npm run ([\w:-]+)/g)) assert.ok(name in scripts, name);
  });
});
