// The sources that cargo-mutants breaks: a copy, because it finds a mutant again by its line and column. So both passes
// break the same mutants, even if somebody edits the repository meanwhile.

import { cpSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "../paths.mjs";

/** What cargo needs to compile and run the native tests. */
const NEEDED = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo", "src", "tests"];

/** Copies the crate into a folder. Of the tests only those in Rust, without what is installed beside them. */
export function copySources(/** @type {string} */ folder) {
  for (const name of NEEDED) {
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: name === "tests" ? isRust : undefined });
  }
}

const isRust = (/** @type {string} */ path) =>
  statSync(path).isDirectory() ? basename(path) !== "node_modules" : path.endsWith(".rs");
