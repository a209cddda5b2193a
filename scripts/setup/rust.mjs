// Finds or installs the Rust compilers: one for this machine, one for WebAssembly.

import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { ask } from "../child.mjs";
import { scratch } from "../paths.mjs";
import { StepError, tryStep } from "../step.mjs";
import { atLeast, oldestRust, pinnedRust } from "../versions.mjs";
import { rustAdvice, targetAdvice } from "./advice.mjs";
import { canInstallDebianRust, DEBIAN_PREFIX, installDebianRust } from "./debian-rust.mjs";
import { isExecutable, system, which } from "./find.mjs";

const TARGET = "wasm32-unknown-unknown";
// rustup gives no sign of life while it downloads; this is for a network that swallows everything.
const DOWNLOAD_LIMIT = 180;
// Uses std, and links: a target of another compiler's version, or without its linker, does not pass.
const PROBE = '#[no_mangle] pub extern "C" fn probe() -> usize { vec![1u8].len() }';

/**
 * Finds or installs a compiler for this machine and one for WebAssembly; mostly they are the same.
 * @returns {Promise<{native: Env, wasm: Env, path: string[]}>} what to add to the environment for each, and to the PATH
 * @typedef {Record<string, string>} Env
 */
export async function setUpRust() {
  const path = cargoBin();
  if (path.length) process.env.PATH = [...path, process.env.PATH].join(delimiter);
  const rustup = which("rustup") !== undefined;
  // From here on nothing is installed by surprise, in the middle of another command.
  if (rustup) process.env.RUSTUP_AUTO_INSTALL = "0";

  const native = await findNative(rustup);
  /** @type {Env} */
  const debian = rustup ? { RUSTUP_TOOLCHAIN: DEBIAN_PREFIX } : {};
  if (native && compilesToWasm(native)) return { native, wasm: native, path };
  if (isDebianRustUsable(debian)) return { native: native ?? debian, wasm: debian, path };

  if (native && rustup) {
    const added = await tryStep(`Adding the target ${TARGET} with rustup`, "rustup", ["target", "add", TARGET], {
      env: { ...native, RUSTUP_MAX_RETRIES: "1" },
      timeout: DOWNLOAD_LIMIT,
      otherwise: "not possible here",
    });
    if (added.ok && compilesToWasm(native)) return { native, wasm: native, path };
    if (!canInstallDebianRust())
      throw new StepError(`Adding the target ${TARGET}`, { output: added.output, hint: targetAdvice() });
  }
  if (!canInstallDebianRust())
    throw new StepError("Looking for Rust", { output: missing(rustup, native), hint: rustAdvice() });
  await installDebianRust(() => isDebianRustUsable(debian));
  return { native: native ?? debian, wasm: debian, path };
}

/** The environment that makes cargo compile for this machine, or undefined. */
async function findNative(rustup) {
  if (isRecent({})) return {};
  if (!rustup) return undefined;
  const pinned = pinnedRust();
  const installed = failedToday(pinned)
    ? undefined
    : await tryStep(
        `Installing Rust ${pinned} with rustup`,
        "rustup",
        [
          "toolchain",
          "install",
          pinned,
          "--no-self-update",
          "--profile",
          "minimal",
          "-c",
          "clippy",
          "-c",
          "rustfmt",
          "-t",
          TARGET,
        ],
        {
          env: { RUSTUP_MAX_RETRIES: "1" },
          timeout: DOWNLOAD_LIMIT,
          otherwise: "not possible here",
        },
      );
  if (installed?.ok && isRecent({})) return {};
  if (installed) writeFileSync(failure(pinned), "");
  for (const name of installedToolchains()) {
    const env = { RUSTUP_TOOLCHAIN: name };
    if (!isRecent(env)) continue;
    console.log(`  Rust ${pinned} cannot be had; going on with the toolchain ${name}.`);
    return env;
  }
  return undefined;
}

// A network that swallows everything is waited for once a day, not every time.
const failure = (version) => join(scratch, `no-rust-${version}`);

function failedToday(version) {
  mkdirSync(scratch, { recursive: true });
  return existsSync(failure(version)) && Date.now() - statSync(failure(version)).mtimeMs < 24 * 60 * 60 * 1000;
}

/** The user's default first, then stable ones, newest first; linked ones of whatever kind last. */
function installedToolchains() {
  const lines = (ask("rustup", ["toolchain", "list"]) ?? "").split("\n").filter(Boolean);
  const rank = (line) => (/\bdefault\b/.test(line) ? 0 : /^stable/.test(line) ? 1 : /^\d/.test(line) ? 2 : 3);
  return lines
    .sort((a, b) => rank(a) - rank(b) || b.localeCompare(a, "en", { numeric: true }))
    .map((line) => line.split(" ")[0]);
}

function isRecent(env) {
  const version = /^rustc (\d+\.\d+\.\d+)/.exec(ask("rustc", ["--version"], { env }) ?? "")?.[1];
  return version !== undefined && atLeast(version, oldestRust()) && ask("cargo", ["--version"], { env }) !== undefined;
}

export function compilesToWasm(env) {
  mkdirSync(scratch, { recursive: true });
  return (
    ask(
      "rustc",
      ["-", "--crate-name", "probe", "--crate-type", "cdylib", "--target", TARGET, "-o", join(scratch, "probe.wasm")],
      { env, input: PROBE },
    ) !== undefined
  );
}

function isDebianRustUsable(env) {
  return (
    system() === "debian" &&
    isExecutable(`${DEBIAN_PREFIX}/bin/rustc`) &&
    isExecutable(`${DEBIAN_PREFIX}/bin/cargo`) &&
    isRecent(env) &&
    compilesToWasm(env)
  );
}

/** Where rustup puts its commands, when this shell does not know it yet. */
function cargoBin() {
  const bin = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "bin");
  return which("rustup") === undefined &&
    isExecutable(join(bin, process.platform === "win32" ? "rustup.exe" : "rustup"))
    ? [bin]
    : [];
}

function missing(rustup, native) {
  if (native) return `This compiler has no target ${TARGET}, and there is no rustup to add it.`;
  return rustup
    ? `rustup has no toolchain of version ${oldestRust()} or newer, and could not install one.`
    : `There is no rustup, and no rustc of version ${oldestRust()} or newer.`;
}
