// Steps of a command: prints their names and results, and ends with a hint if one fails.

import { plain, runChild } from "./child.mjs";
import { writer } from "./output.mjs";

const TAIL = 40;
const verbose = process.env.VERBOSE === "1";

/** A failed step, with its name, its last output, and a hint. */
export class StepError extends Error {
  /** @param {string} name @param {{output?: string, command?: string, hint?: string}} details */
  constructor(name, { output = "", command, hint }) {
    const lines = plain(output)
      .trimEnd()
      .split("\n")
      .slice(-TAIL)
      .filter((line, at, all) => all.length > 1 || line);
    super(
      [
        `✗ ${name}: failed`,
        command && `  command: ${command}`,
        lines.length && `  the end of its output:\n${lines.map((line) => `  │ ${line}`).join("\n")}`,
        hint && `\n${hint}`,
        "\nRunning the same command again goes on from here; VERBOSE=1 shows all output.",
      ]
        .filter(Boolean)
        .join("\n"),
    );
    this.name = "StepError";
  }
}

/**
 * Runs a named step and prints its result. Throws a StepError if it fails.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof runChild>[2] & {hint?: string}} [options]
 */
export async function step(name, command, args, { hint, ...options } = {}) {
  const result = await tryStep(name, command, args, options);
  if (!result.ok) throw new StepError(name, { output: result.output, command: [command, ...args].join(" "), hint });
  return result;
}

/**
 * As `step`, for what may fail because there is another way.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof runChild>[2] & {otherwise?: string}} [options]
 */
export async function tryStep(name, command, args, { otherwise, ...options } = {}) {
  const write = writer();
  write(verbose ? `▸ ${name}\n` : `▸ ${name} … `);
  const result = await runChild(command, args, { echo: verbose, ...options });
  const ok = result.code === 0;
  const time = `(${result.seconds.toFixed(1)} s)`;
  write(`${verbose ? `▸ ${name} … ` : ""}${ok ? "ok" : (otherwise ?? "failed")} ${time}\n`);
  return { ...result, ok };
}

/** Runs the main function of a script. A failed step is printed without a stack. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(`\n${error instanceof StepError ? error.message : (error?.stack ?? error)}`);
    process.exit(1);
  }
}
