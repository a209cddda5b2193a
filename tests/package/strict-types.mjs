import { join } from "node:path";
import { runChild } from "../../scripts/child.mjs";
import { nodeBin, root } from "../../scripts/paths.mjs";

const STRICT = [
  "--noEmit",
  "--strict",
  "--exactOptionalPropertyTypes",
  "--noUncheckedIndexedAccess",
  "--skipLibCheck",
  "false",
  "--target",
  "es2022",
  "--typeRoots",
  "none",
  "--listFiles",
];
/** The present compiler, and the oldest one that is supported: each a command and its first arguments. */
export const COMPILERS = {
  "TypeScript 7": [nodeBin("tsc")],
  "TypeScript 5.0": [process.execPath, join(root, "tests/package/typescript-5/node_modules/typescript/bin/tsc")],
};
export const NODE = ["--module", "nodenext", "--moduleResolution", "nodenext"];
export const BUNDLER = ["--module", "esnext", "--moduleResolution", "bundler"];

/**
 * Checks files as strictly as can be, where the package is installed.
 * @param {string} folder
 * @param {string | string[]} files
 * @param {string[]} options of the compiler, beside the strict ones
 * @param {"index" | "react"} entry of the package
 * @param {keyof typeof COMPILERS} [compiler]
 * @returns {Promise<{code: number, errors: string, read: string[], lines: string[]}>} `read`: the declarations of the
 * entry that it has read
 */
export async function checkTypes(folder, files, options, entry, compiler = "TypeScript 7") {
  const [command = "", ...first] = COMPILERS[compiler];
  const args = [...first, ...STRICT, ...options, ...[files].flat()];
  const { code, output } = await runChild(command, args, { cwd: folder, timeout: 60 });
  const lines = output.trim().split(/\r?\n/);
  const declarations = new RegExp(`[\\\\/]sluicegate[\\\\/]dist[\\\\/](${entry}\\.d\\.c?ts)$`);
  return {
    code,
    lines,
    errors: lines.filter((line) => /error TS|^\s/.test(line)).join("\n"),
    read: lines.flatMap((line) => declarations.exec(line)?.[1] ?? []),
  };
}
