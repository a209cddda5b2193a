// Runs Changesets for the package, whose manifest is that of the repository. Changesets looks at the workspaces alone
// where there are some, so they are hidden meanwhile. `version` also writes the new version into CHANGELOG.md and
// Cargo.toml.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeBin, root } from "./paths.mjs";

const manifest = join(root, "package.json");
const read = () => JSON.parse(readFileSync(manifest, "utf8"));
const write = (value) => writeFileSync(manifest, `${JSON.stringify(value, null, 2)}\n`);

const before = read();
const { workspaces, ...single } = before;
write(single);
const args = process.argv.slice(2);
const { status } = spawnSync(nodeBin("changeset"), args, { cwd: root, stdio: "inherit" });
const { version } = read();
// The order of the fields stays.
write({ ...before, version });
if (version !== before.version) {
  replace("CHANGELOG.md", /^## Unreleased$/m, `## Unreleased\n\n## ${version}`);
  replace("Cargo.toml", /^version = ".*"$/m, `version = "${version}"`);
  replace("Cargo.lock", /(name = "sluicegate"\nversion = )".*"/, `$1"${version}"`);
  const lock = join(root, "package-lock.json");
  const locked = JSON.parse(readFileSync(lock, "utf8"));
  locked.version = version;
  locked.packages[""].version = version;
  writeFileSync(lock, `${JSON.stringify(locked, null, 2)}\n`);
}
process.exitCode = status ?? 1;

function replace(name, pattern, text) {
  const file = join(root, name);
  const content = readFileSync(file, "utf8");
  if (!pattern.test(content)) throw new Error(`${name} has nothing like ${pattern}.`);
  writeFileSync(file, content.replace(pattern, text));
}
