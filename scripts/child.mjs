// Child processes: runs them, shows their output, and ends them with this process.

import { spawn, spawnSync } from "node:child_process";
import { writer } from "./output.mjs";
import { root } from "./paths.mjs";

const running = new Set();

/**
 * Runs a command to its end. Never rejects: a command that cannot be started has code 127 and says why in its output.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {Record<string, string | undefined>} [options.env] added to this process's; undefined removes
 * @param {string} [options.cwd]
 * @param {boolean} [options.echo]    shows the output while it comes
 * @param {boolean} [options.group]   ends its children with it; not for sudo, which would lose its terminal
 * @param {number} [options.timeout]  in seconds, as a whole
 * @param {number} [options.silence]  in seconds without output: for what can hang
 * @returns {Promise<{code: number, output: string, seconds: number, timedOut: boolean}>}
 */
export function runChild(command, args, { env = {}, cwd = root, echo = false, group = false, timeout, silence } = {}) {
  const started = performance.now();
  const write = writer();
  return new Promise((done) => {
    const detached = group && process.platform !== "win32";
    const child = spawn(command, args, {
      cwd,
      env: mergedEnv(env),
      detached,
      shell: needsShell(command),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const entry = { child, detached };
    let output = "";
    let stopped = "";
    running.add(entry);
    const stopAfter = (seconds, why) =>
      seconds &&
      setTimeout(() => {
        stopped = `\nStopped after ${seconds} s${why}.\n`;
        if (echo) write(stopped);
        end(entry, "SIGKILL");
      }, seconds * 1000);
    const timer = stopAfter(timeout, "");
    const quiet = stopAfter(silence, " without a word");
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
        if (quiet) quiet.refresh();
        if (echo) write(text);
      });
    }
    const settle = (code, note = "") => {
      clearTimeout(timer);
      clearTimeout(quiet);
      running.delete(entry);
      // Children of a killed driver or browser must not outlive the run.
      if (detached) end(entry, "SIGKILL");
      done({ code, output: output + note, seconds: (performance.now() - started) / 1000, timedOut: stopped !== "" });
    };
    child.once("error", (error) => settle(127, `${command}: ${error.message}\n`));
    child.once("close", (code) => settle(code ?? 1, stopped));
  });
}

/**
 * For quick questions: the trimmed standard output, or undefined when the command fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{env?: Record<string, string | undefined>, cwd?: string, input?: string}} [options]
 */
export function ask(command, args, { env = {}, cwd = root, input } = {}) {
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    env: mergedEnv(env),
    input,
    encoding: "utf8",
    shell: needsShell(command),
    timeout: 30_000,
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** Like `ask`, but asynchronous, so that several commands run at once. */
export async function askLater(command, args, options = {}) {
  const { code, output } = await runChild(command, args, { timeout: 30, ...options });
  return code === 0 ? output.trim() : undefined;
}

/** Without colours, and without the lines that a progress display has drawn over. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape is what is looked for
export const plain = (text) => text.replace(/\x1b(\[[\d;?]*[A-Za-z]|\([A-Z0-9])/g, "").replaceAll("\r", "\n");

/** @param {Record<string, string | undefined>} changes */
function mergedEnv(changes) {
  const env = { ...process.env };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

// Node refuses to start Windows batch files without a shell.
const needsShell = (command) => process.platform === "win32" && /\.(cmd|bat)$/i.test(command);

function end({ child, detached }, signal) {
  try {
    if (detached && child.pid) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It has ended by itself.
  }
}

/** Ends all children, so that no compiler, driver or browser outlives an interrupted run. */
export function endChildren(signal = "SIGTERM") {
  for (const entry of running) end(entry, signal);
}

/** @param {() => Promise<number | void>} [before] what to do before leaving; may name the exit code */
export function endWithSignals(before) {
  let ending = false;
  const leave = async (code) => {
    // One Ctrl-C may arrive twice: from the terminal and through npm.
    if (ending) return;
    ending = true;
    endChildren();
    process.exit((await before?.()) ?? code);
  };
  for (const [signal, code] of /** @type {const} */ ([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ]))
    process.on(signal, () => leave(code));
  // npm sends a signal to its shell, which does not pass it on. We only see that the shell is gone.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && leave(143), 500).unref();
}
