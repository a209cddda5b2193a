// Sets up all that builds and tests need: packages, Rust, tools, browsers.

import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { setUpBrowsers } from "./setup/browsers.mjs";
import { setUpNodeModules } from "./setup/node-modules.mjs";
import { setUpRust } from "./setup/rust.mjs";
import { setUpTools } from "./setup/tools.mjs";
import { StepError } from "./step.mjs";
import { nodeIsRecentEnough } from "./versions.mjs";

/**
 * Installs missing tools and packages.
 * @param {{browsers: boolean}} options `browsers`: also browsers and drivers, for the tests
 * @returns {Promise<{env: Record<string, string>, native: Record<string, string | undefined>, oneCompiler: boolean}>}
 * `env` for every child that may compile to WebAssembly or start a browser; `native` on top of it for cargo on this
 * machine;
 *   `oneCompiler` when both are the same
 */
export async function setup({ browsers }) {
  if (!nodeIsRecentEnough()) {
    throw new StepError("Looking at Node.js", {
      output: `This is ${process.versions.node}.`,
      hint: "The development tools need Node.js 20.19 or later, or 22.12 or later.",
    });
  }
  await setUpNodeModules();
  const rust = await setUpRust();
  const tools = await setUpTools({ native: rust.native, browsers });
  const found = await setUpBrowsers({ install: browsers });
  /** @type {Record<string, string>} */
  const env = {
    ...rust.wasm,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: `${withoutOwnPaths()} ${inlinesLess()}`,
    ...found,
    ...(tools.geckodriver && { GECKODRIVER: tools.geckodriver }),
    PATH: [...tools.path, process.env.PATH].join(delimiter),
  };
  if (process.env.RUSTUP_AUTO_INSTALL) env.RUSTUP_AUTO_INSTALL = process.env.RUSTUP_AUTO_INSTALL;
  return {
    env,
    native: { RUSTUP_TOOLCHAIN: rust.native.RUSTUP_TOOLCHAIN ?? process.env.RUSTUP_TOOLCHAIN },
    oneCompiler: rust.wasm === rust.native,
  };
}

/**
 * Removes the paths of this machine from panic messages. The flags are the same for builds and tests, so that both
 * share compiled code. The last matching prefix counts.
 */
function withoutOwnPaths() {
  const sources = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "registry", "src");
  const registries = existsSync(sources) ? readdirSync(sources).map((name) => join(sources, name)) : [];
  return [sources, ...registries].map((path) => `--remap-path-prefix=${path}=`).join(" ");
}

/** As the compiler inlines by itself (225), what users download is 1.7 kB larger (brotli). */
const inlinesLess = () => "-C llvm-args=-inline-threshold=75";
