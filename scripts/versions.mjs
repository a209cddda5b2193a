// The versions of tools that no lock file covers.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

export const WASM_PACK = "0.15.1";
export const GECKODRIVER = "0.37.1";
export const CARGO_MUTANTS = "25.3.1";
export const CARGO_FUZZ = "0.13.2";
export const CARGO_DENY = "0.20.2";
export const OLDEST_NODE = { 20: 19, 22: 12 };

/** The CLI and the crate share a private format, so their versions must be equal. */
export function wasmBindgen() {
  const locked = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(read("Cargo.lock"));
  const wanted = /^wasm-bindgen = .*?"=([^"]+)"/m.exec(read("Cargo.toml"));
  const version = locked?.[1] ?? wanted?.[1];
  if (!version) throw new Error("Neither Cargo.lock nor Cargo.toml names a version of wasm-bindgen");
  return version;
}

/** The toolchain that rustup is asked for. */
export function pinnedRust() {
  const version = /^channel = "([^"]+)"/m.exec(read("rust-toolchain.toml"))?.[1];
  if (!version) throw new Error("rust-toolchain.toml names no channel");
  return version;
}

/** The oldest compiler that the source compiles with. */
export const oldestRust = () => /^rust-version = "([^"]+)"/m.exec(read("Cargo.toml"))?.[1] ?? "1.85";

/** The versions of Node.js that the development tools run on: 20.19 or later, 22.12 or later, anything newer. */
export function nodeIsRecentEnough(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  return major > 22 || minor >= (OLDEST_NODE[major] ?? Infinity);
}

/** @returns {boolean} whether `version` is `oldest` or newer; both as in 1.85 or 1.85.0 */
export function atLeast(version, oldest) {
  const parts = oldest.split(".").map(Number);
  const have = version.split(".").map(Number);
  for (const [place, part] of parts.entries()) {
    if ((have[place] ?? 0) !== part) return (have[place] ?? 0) > part;
  }
  return true;
}

function read(name) {
  try {
    return readFileSync(join(root, name), "utf8").replaceAll("\r\n", "\n");
  } catch {
    return "";
  }
}
