// Installs Debian's Rust and its WebAssembly target, where rustup can install none.

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../child.mjs";
import { cache } from "../paths.mjs";
import { StepError, step } from "../step.mjs";
import { atLeast, oldestRust } from "../versions.mjs";
import { aptInstall, asRoot, hasCandidate, mayInstall, needsRoot } from "./apt.mjs";
import { system, which } from "./find.mjs";

// Debian keeps a recent Rust beside its own old one, to build browsers with. It comes with the source of the standard
// library but without the WebAssembly build of it, which takes under a minute to make.

/** Where Debian installs it. rustup takes such a path as the name of a toolchain. */
export const DEBIAN_PREFIX = "/usr";

const TARGET = "wasm32-unknown-unknown";
const PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"];
const RUSTC = join(DEBIAN_PREFIX, "bin", "rustc");
const CARGO = join(DEBIAN_PREFIX, "bin", "cargo");
const DESTINATION = join(DEBIAN_PREFIX, "lib", "rustlib", TARGET);

/** Not whether the packages are known: the lists may have yet to be read. */
export const canInstallDebianRust = () => system() === "debian" && which("apt-get") !== undefined;

/** @param {() => boolean} isUsable */
export async function installDebianRust(isUsable) {
  if (!hasPackages()) await aptInstall("Installing Debian's Rust", PACKAGES);
  const llvm = /LLVM version: (\d+)/.exec(ask(RUSTC, ["-vV"]) ?? "")?.[1];
  // Its compiler calls the linker of exactly its LLVM.
  if (llvm && which("rust-lld", `lld-${llvm}`) === undefined && hasCandidate(`lld-${llvm}`))
    await aptInstall("Installing Debian's linker for it", [`lld-${llvm}`]);
  if (isUsable()) return;
  await buildStandardLibrary();
  if (isUsable()) return;
  throw new StepError("Setting up Debian's Rust for WebAssembly", {
    output: ask(RUSTC, ["-vV"]) ?? `${RUSTC} does not run`,
    hint: `Install Rust with rustup instead (https://rustup.rs), then:\n    rustup target add ${TARGET}`,
  });
}

function hasPackages() {
  const version = /^rustc (\S+)/.exec(ask(RUSTC, ["--version"]) ?? "")?.[1];
  return (
    version !== undefined &&
    atLeast(version, oldestRust()) &&
    ask(CARGO, ["--version"]) !== undefined &&
    sourceOf(version) !== undefined
  );
}

const sourceOf = (version) => {
  const source = `/usr/src/rustc-${version}/library/sysroot`;
  return ask("test", ["-f", `${source}/Cargo.toml`]) === undefined ? undefined : source;
};

async function buildStandardLibrary() {
  const version = /^rustc (\S+)/.exec(ask(RUSTC, ["--version"]) ?? "")?.[1];
  const source = version && sourceOf(version);
  if (!source)
    throw new StepError("Building the standard library for WebAssembly", {
      output: `Its source, /usr/src/rustc-${version}, is missing.`,
      hint: "Run:\n    sudo apt-get install rust-web-src",
    });
  const target = join(cache, "build", `standard-library-${version}`);
  mkdirSync(target, { recursive: true });
  await step(
    "Building the standard library for WebAssembly",
    CARGO,
    ["build", "--release", "--locked", "--manifest-path", `${source}/Cargo.toml`, "--target", TARGET],
    {
      // Away from this project: its cargo configuration is not for the standard library.
      cwd: target,
      env: {
        RUSTC,
        // The library is written in the language of its own compiler, unstable features included.
        RUSTC_BOOTSTRAP: "1",
        RUSTFLAGS: "-Cembed-bitcode=yes -Zforce-unstable-if-unmarked",
        __CARGO_DEFAULT_LIB_METADATA: "stablestd",
        CARGO_TARGET_DIR: target,
        RUSTC_WRAPPER: undefined,
        CARGO_BUILD_TARGET: undefined,
        CARGO_ENCODED_RUSTFLAGS: undefined,
      },
      hint: "It fetches a few crates from the crate registry: check the network.",
    },
  );
  const made = join(target, TARGET, "release", "deps");
  const files = readdirSync(made)
    .filter((file) => /\.r(lib|meta)$/.test(file))
    .map((file) => join(made, file));
  await install(files);
  rmSync(target, { recursive: true, force: true });
}

/** Puts the libraries in place in one move, so that an interruption leaves nothing half there. */
async function install(files) {
  const name = "Installing the standard library for WebAssembly";
  const half = `${DESTINATION}.new`;
  const script = `set -e; rm -rf ${half}; mkdir -p ${half}/lib; cp "$@" ${half}/lib/; rm -rf ${DESTINATION}; mv ${half} ${DESTINATION}`;
  if (!mayInstall()) {
    const made = join(files[0], "..");
    throw new StepError(name, {
      hint: needsRoot([`mkdir -p ${DESTINATION}/lib`, `cp ${made}/*.rlib ${made}/*.rmeta ${DESTINATION}/lib/`]),
    });
  }
  const [command, ...args] = asRoot(["sh", "-c", script, "sh", ...files]);
  await step(name, command, args, { hint: `It writes to ${DESTINATION}.` });
}
