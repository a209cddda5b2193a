// Installs packages of Debian.

import { readdirSync, statSync } from "node:fs";
import { ask } from "../child.mjs";
import { StepError, step, tryStep } from "../step.mjs";
import { which } from "./find.mjs";

const LISTS = "/var/lib/apt/lists";
const OLD = 24 * 60 * 60 * 1000;
// Another installation may be under way: wait for it instead of failing.
const WAIT = ["-o", "DPkg::Lock::Timeout=300"];

/**
 * Installs Debian packages; removes none.
 * @param {string} name what the step is called
 * @param {string[]} packages
 */
export async function aptInstall(name, packages) {
  const wanted = ["install", "-y", "--no-install-recommends", "--no-remove"];
  const plain = `apt-get install --no-install-recommends ${packages.join(" ")}`;
  if (!mayInstall()) {
    throw new StepError(name, { hint: needsRoot([plain]) });
  }
  let updated = false;
  if (listsAreOld() || !packages.every(hasCandidate)) {
    await update();
    updated = true;
  }
  const [command, ...args] = asRoot(["apt-get", ...wanted, ...WAIT, ...packages]);
  const first = await tryStep(name, command, args, { otherwise: updated ? "failed" : "trying again with fresh lists" });
  if (first.ok) return;
  const hint = `To see it by hand:\n    sudo apt-get update && sudo ${plain}`;
  if (updated) throw new StepError(name, { output: first.output, command: [command, ...args].join(" "), hint });
  // The archive may have dropped the very file that the lists name.
  await update();
  await step(name, command, args, { hint });
}

/** The command as root runs it. */
export function asRoot([command, ...args]) {
  const quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", command, ...args];
  return isRoot() ? quiet : ["sudo", "-n", ...quiet];
}

export const mayInstall = () => isRoot() || (which("sudo") !== undefined && ask("sudo", ["-n", "true"]) !== undefined);

/** What to do where root is needed and not to be had without asking. @param {string[]} commands as root runs them */
export function needsRoot(commands) {
  if (!which("sudo"))
    return [
      "This needs the rights of root. As root, run:",
      ...commands.map((command) => `    ${command}`),
      "and run this again.",
    ].join("\n");
  return [
    "This needs the rights of root, and sudo asks for a password. Run:",
    ...commands.map((command) => `    sudo ${command}`),
    "and run this again; or let it do that: run sudo -v first.",
  ].join("\n");
}

const isRoot = () => process.getuid?.() === 0;

export function hasCandidate(name) {
  return /Candidate: (?!\(none\))/.test(ask("apt-cache", ["policy", name], { env: { LC_ALL: "C" } }) ?? "");
}

async function update() {
  const [command, ...args] = asRoot(["apt-get", "update", ...WAIT]);
  // One archive of several that cannot be reached does not matter, as long as the packages are found.
  await tryStep("Reading the package lists", command, args, { otherwise: "not all could be read" });
}

function listsAreOld() {
  try {
    if (!readdirSync(LISTS).some((file) => file.endsWith("Release"))) return true;
    // Every update writes here, also one that finds nothing new.
    return Date.now() - statSync(`${LISTS}/partial`).mtimeMs > OLD;
  } catch {
    return true;
  }
}
