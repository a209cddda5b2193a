import { runChild } from "../../scripts/child.mjs";
import { nodeBin } from "../../scripts/paths.mjs";

const STRICT = [
  "--noEmit",
  "--strict",
  "--exactOptionalPropertyTypes",
  "--noUncheckedIndexedAccess",
  "--skipLibCheck",
  "false",
  "--target",
  "es2022",
  "--types",
  "",
  "--listFiles",
];
export const NODE = ["--module", "nodenext", "--moduleResolution", "nodenext"];
export const BUNDLER = ["--module", "esnext", "--moduleResolution", "bundler"];

/**
 * Checks a file with the strictest compiler, where the package is installed.
 * @param {string} folder
 * @param {string} file
 * @param {string[]} options of the compiler, beside the strict ones
 * @param {"index" | "react"} entry of the package
 * @returns {Promise<{code: number, errors: string, read: string[], lines: string[]}>} `read`: the declarations of the
 * entry that it has read
 */
export async function checkTypes(folder, file, options, entry) {
  const { code, output } = await runChild(nodeBin("tsc"), [...STRICT, ...options, file], { cwd: folder, timeout: 60 });
  const lines = output.trim().split(/\r?\n/);
  const declarations = new RegExp(`[\\\\/]sluicegate[\\\\/]dist[\\\\/](${entry}\\.d\\.c?ts)$`);
  return {
    code,
    lines,
    errors: lines.filter((line) => /error TS|^\s/.test(line)).join("\n"),
    read: lines.flatMap((line) => declarations.exec(line)?.[1] ?? []),
  };
}
