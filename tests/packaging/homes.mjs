// Where the consumers live: a folder for each family of tools, with exactly what its package-lock.json names, and the
// packed package. The tools stay between runs; the package is put there anew.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "../../scripts/child.mjs";
import { stage } from "../../scripts/pack/published.mjs";
import { cache, root, scratch } from "../../scripts/paths.mjs";
import { setUpNodeModules } from "../../scripts/setup/node-modules.mjs";
import { shorten } from "./expect.mjs";

const families = fileURLToPath(new URL("families/", import.meta.url));
/** Outside the repository, whose packages tools would find; each clone has its own. */
const homes = join(cache, "packaging", createHash("sha256").update(root).digest("hex").slice(0, 8));
const consumers = fileURLToPath(new URL("consumers/", import.meta.url));

/** Packs the package; resolves to the path of the tarball. */
export async function pack() {
  const folder = join(scratch, "packaging");
  const staged = stage(join(folder, "package"));
  for (const name of readdirSync(folder)) if (name.endsWith(".tgz")) rmSync(join(folder, name));
  const { code, output } = await runChild("npm", ["pack", "--pack-destination", folder], { cwd: staged, timeout: 60 });
  if (code !== 0) throw new Error(`npm pack failed:\n${shorten(output)}`);
  return join(folder, String(readdirSync(folder).find((name) => name.endsWith(".tgz"))));
}

/** Installs a family of tools. Resolves to its folder. */
export async function setUpTools(family) {
  const home = join(homes, family);
  mkdirSync(home, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) cpSync(join(families, family, name), join(home, name));
  await setUpNodeModules(home);
  return home;
}

/** Installs a family of tools and the package. Resolves to its folder. */
export async function setUpHome(family, tarball) {
  const home = await setUpTools(family);
  const installed = join(home, "node_modules", "sluicegate");
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  const args = ["-xzf", tarball, "--strip-components=1", "-C", installed];
  const { code, output } = await runChild("tar", args, { timeout: 60 });
  if (code !== 0) throw new Error(`tar failed:\n${output}`);
  rmSync(join(home, "rows"), { recursive: true, force: true });
  return home;
}

/**
 * Makes the folder of a row: the files of consumers/, each under the name that it has here.
 * @param {string} home
 * @param {Pick<import('./run-row.mjs').Row, "name" | "files" | "isAtHome">} row
 */
export function makeRow(home, { name, files, isAtHome }) {
  const folder = isAtHome ? home : join(home, "rows", name.toLowerCase().replace(/[^a-z0-9]+/g, "-"));
  mkdirSync(folder, { recursive: true });
  for (const [to, from] of Object.entries(files ?? {}))
    cpSync(join(consumers, from), join(folder, to), { recursive: true });
  return folder;
}
