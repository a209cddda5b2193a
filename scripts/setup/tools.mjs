// Finds or compiles the tools that are written in Rust.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { askLater } from "../child.mjs";
import { cache } from "../paths.mjs";
import { StepError, step } from "../step.mjs";
import { CARGO_DENY, CARGO_FUZZ, CARGO_MUTANTS, GECKODRIVER, WASM_PACK, wasmBindgen } from "../versions.mjs";
import { cxxAdvice, rustAdvice } from "./advice.mjs";
import { aptInstall } from "./apt.mjs";
import { isExecutable, system, which } from "./find.mjs";

const TOOLS = join(cache, "tools");
const BUILD = join(cache, "build", "tools");
const ending = process.platform === "win32" ? ".exe" : "";
const inCache = (name) => join(TOOLS, "bin", name + ending);

// The tools run for seconds and are compiled once: what counts is the time until they are there.
const QUICK = {
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  CARGO_PROFILE_RELEASE_DEBUG: "false",
  // Whatever this project or its user asks of the compiler is not for the tools.
  RUSTFLAGS: undefined,
  CARGO_BUILD_TARGET: undefined,
};

/**
 * Finds or compiles the tools, of exactly the versions wanted.
 * @param {{native: Record<string, string>, browsers: boolean}} wanted
 * @returns {Promise<{path: string[], geckodriver?: string}>}
 */
export async function setUpTools({ native, browsers }) {
  const tools = [
    { crate: "wasm-bindgen-cli", version: wasmBindgen(), binaries: ["wasm-bindgen", "wasm-bindgen-test-runner"] },
    { crate: "wasm-pack", version: WASM_PACK, binaries: ["wasm-pack"] },
    { crate: "geckodriver", version: GECKODRIVER, binaries: ["geckodriver"], install: browsers },
  ];
  const found = await Promise.all(tools.map(find));
  let compiled = false;
  for (const [at, tool] of tools.entries()) {
    if (found[at] || tool.install === false) continue;
    await ensureLinker();
    found[at] = await compile(tool, native);
    compiled = true;
  }
  // Kept until here, so that an interrupted compilation goes on where it was, and so that the tools share crates.
  if (compiled) rmSync(BUILD, { recursive: true, force: true });
  const path = [...new Set(found.slice(0, 2).map((binary) => join(/** @type {string} */ (binary), "..")))];
  return { path, geckodriver: found[2] };
}

/**
 * Finds or compiles a tool that only one command needs.
 * @param {{crate: string, version: string, binaries: string[], ask?: string[]}} tool
 * @param {{native: Record<string, string>}} wanted
 * @returns {Promise<string>} its path
 */
async function setUpOne(tool, { native }) {
  const found = await find(tool);
  if (found) return found;
  await ensureLinker();
  const compiled = await compile(tool, native);
  rmSync(BUILD, { recursive: true, force: true });
  return compiled;
}

/** For `npm run mutants`. @param {{native: Record<string, string>}} wanted */
export function setUpMutants(wanted) {
  const ask = ["mutants", "--version"];
  return setUpOne({ crate: "cargo-mutants", version: CARGO_MUTANTS, binaries: ["cargo-mutants"], ask }, wanted);
}

/** For `npm run fuzz`. @param {{native: Record<string, string>}} wanted */
export async function setUpFuzz(wanted) {
  await ensureCxx();
  return setUpOne({ crate: "cargo-fuzz", version: CARGO_FUZZ, binaries: ["cargo-fuzz"] }, wanted);
}

/** For `npm run audit`. @param {{native: Record<string, string>}} wanted */
export const setUpDeny = (wanted) =>
  setUpOne({ crate: "cargo-deny", version: CARGO_DENY, binaries: ["cargo-deny"] }, wanted);

/** The path of the tool's first binary: the user's own, if it is of the right version, else the compiled one. */
async function find({ version, binaries, ask = ["--version"] }) {
  for (const first of [which(binaries[0]), inCache(binaries[0])]) {
    if (!first || !isExecutable(first)) continue;
    const all = binaries.map((name) => join(first, "..", name + ending));
    if (!all.every(isExecutable)) continue;
    const said = await askLater(first, ask);
    if (said?.split("\n")[0].split(" ")[1] === version) return first;
  }
  return undefined;
}

async function compile(tool, native) {
  const { crate, version, binaries } = tool;
  const name = `Compiling ${crate} ${version} (once, one to three minutes)`;
  mkdirSync(BUILD, { recursive: true });
  // --force: a tool of this version that does not run, or of another one, is replaced.
  const args = ["install", "--locked", "--force", "--root", TOOLS, crate, "--version", version];
  await step(name, "cargo", args, {
    env: { ...QUICK, ...native, CARGO_TARGET_DIR: BUILD },
    hint: `It fetches crates from the crate registry: check the network. By hand it is:\n    cargo install --locked --root ${TOOLS} ${crate} --version ${version}`,
  });
  const found = await find(tool);
  if (!found)
    throw new StepError(name, {
      output: `${inCache(binaries[0])} does not say that it is ${version}.`,
      hint: `Remove ${TOOLS} and run this again.`,
    });
  return found;
}

async function ensureLinker() {
  if (process.platform === "win32" || which("cc", "clang")) return;
  if (system() === "debian") await aptInstall("Installing the C compiler, which Rust links with", ["gcc", "libc6-dev"]);
  else
    throw new StepError("Looking for a C compiler, which Rust links with", {
      output: "There is no cc.",
      hint: rustAdvice(),
    });
}

/** The targets of cargo-fuzz link with libFuzzer, which is compiled from C++. */
async function ensureCxx() {
  if (process.platform === "win32" || process.env.CXX || which("c++")) return;
  if (system() === "debian") await aptInstall("Installing the C++ compiler, which libFuzzer needs", ["g++"]);
  else
    throw new StepError("Looking for a C++ compiler, which libFuzzer needs", {
      output: "There is no c++.",
      hint: cxxAdvice(),
    });
}
