// Builds only what has changed: a stamp keeps the hash of the inputs.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, scratch } from "./paths.mjs";

/**
 * Builds an output if its inputs have changed.
 * @param {{name: string, variant?: string, inputs: string[], except?: string[], output: string}} what paths relative to
 * the root
 * @param {() => Promise<unknown>} build
 */
export async function buildIfChanged({ name, variant = "", inputs, except = [], output }, build) {
  const stamp = join(scratch, `${name}.sha256`);
  const hash = variant + hashOf(inputs, new Set(except.map((path) => join(path))));
  if (existsSync(join(root, output)) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return false;
  await build();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}

/**
 * Returns a hash of the names and contents of files and folders.
 * @param {string[]} paths relative to the root
 * @param {Set<string>} [except]
 */
export function hashOf(paths, except = new Set()) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap((path) => filesIn(path, except)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** @param {string} path @param {Set<string>} except @returns {string[]} relative to the root */
function filesIn(path, except) {
  if (except.has(path) || !existsSync(join(root, path))) return [];
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesIn(join(path, name), except));
}
