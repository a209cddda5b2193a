// Source files stay short: at most 400 lines, and lines of at most 120 characters unless they hold a text or a
// pattern.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";

const MAX_LINES = 400;
const MAX_LENGTH = 120;
const SOURCES = ["*.rs", "*.ts", "*.tsx", "*.js", "*.jsx", "*.mjs", "*.cjs", "*.css"];
/** Written by other tools. */
const GENERATED = new Set(["src/runtime/table.ts"]);

/** @returns {string[]} what is too long, a line each */
export function tooLong() {
  const listed = execFileSync("git", ["ls-files", "--", ...SOURCES], { cwd: root, encoding: "utf8" });
  const files = listed.split("\n").filter((file) => file && !GENERATED.has(file));
  return files.flatMap((file) => {
    const lines = readFileSync(join(root, file), "utf8").trimEnd().split("\n");
    const long = lines.flatMap((line, at) =>
      line.length > MAX_LENGTH && !/["'`]|^ *\//.test(line)
        ? [`${file}:${at + 1} has ${line.length} characters, the most are ${MAX_LENGTH}`]
        : [],
    );
    return lines.length > MAX_LINES ? [`${file} has ${lines.length} lines, the most are ${MAX_LINES}`, ...long] : long;
  });
}
