// npm run audit: known vulnerabilities of what users install (npm audit) and of what the engine is built from (cargo
// deny), with the licenses and sources of the latter (deny.toml). What cannot be reached is skipped, but not in CI.
import { ask, runChild } from "./child.mjs";
import { print } from "./output.mjs";
import { setUpRust } from "./setup/rust.mjs";
import { setUpDeny } from "./setup/tools.mjs";
import { main } from "./step.mjs";

const MINUTE = 60;
/** Matches the errors of the tools when they cannot reach their databases. */
const UNREACHABLE = /endpoint returned an error|failed to fetch advisory database|unable to fetch|ENOTFOUND|EAI_AGAIN/i;

/** @type {string[]} */
const rows = [];

function note(result, name, why = "") {
  rows.push(`${result.padEnd(7)} ${name}${why && `: ${why}`}`);
  if (result === "failed" || (result === "skipped" && process.env.CI)) process.exitCode = 1;
}

/** Runs a check, and skips it if its database cannot be reached. */
async function check(name, command, args, env) {
  print(`\n── ${name}`);
  const { code, output } = await runChild(command, args, { env, echo: true, group: true, timeout: 10 * MINUTE });
  if (code === 0) note("ok", name);
  else if (UNREACHABLE.test(output)) note("skipped", name, "its database cannot be reached from here");
  else note("failed", name);
}

await main(async () => {
  await check("npm audit", "npm", ["audit", "--omit=dev"], {});
  const { native } = await setUpRust();
  try {
    const deny = await setUpDeny({ native });
    const args = ["--all-features", "--locked", "check"];
    await check("cargo deny: licenses, bans, sources", deny, [...args, "licenses", "bans", "sources"], native);
    await check("cargo deny: advisories", deny, [...args, "advisories"], native);
  } catch (error) {
    if (ask("cargo", ["search", "--limit", "1", "cargo-deny"], { env: native }) !== undefined) throw error;
    note("skipped", "cargo deny", "it cannot be compiled without the crate registry");
  }
  print(`\n${rows.join("\n")}`);
});
