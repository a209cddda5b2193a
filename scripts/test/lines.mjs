// Source files stay short: at most 400 lines, and lines of at most 120 characters unless they hold a text or a
// pattern. Comments hold neither, and their lines are filled.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";

const MAX_LINES = 400;
const MAX_LENGTH = 120;
/** A line of a comment ends before this column only where the sentence or the paragraph does. */
const MIN_FILLED = 100;
const COMMENT = /^( *)(\/\/[/!]?|\*)( +)(\S.*)$/;
const IS_COMMENT = /^ *(\/\/|\/\*|\*)/;
const HAS_TEXT_OR_PATTERN = /["'`]|^ *\//;
/** Lists, tags, code and drawings are not filled. */
const STARTS_ANEW = /^([-*@|#─=]|\d+\. |```)/;
/** Rows of tables and addresses cannot be broken. */
const IS_UNBREAKABLE = /^\||https?:/;
const SOURCES = ["*.rs", "*.ts", "*.tsx", "*.js", "*.jsx", "*.mjs", "*.cjs", "*.css", "*.md"];
/** Written by other tools. */
const GENERATED = new Set(["src/runtime/table.ts"]);

/** @returns {string[]} what is too long or badly filled, a line each */
export function tooLong() {
  const listed = execFileSync("git", ["ls-files", "--", ...SOURCES], { cwd: root, encoding: "utf8" });
  const files = listed.split("\n").filter((file) => file && !GENERATED.has(file));
  return files.flatMap((file) => {
    const lines = readFileSync(join(root, file), "utf8").trimEnd().split("\n");
    const mayBeLong = (/** @type {string} */ line) =>
      file.endsWith(".md") ? IS_UNBREAKABLE.test(line) : !IS_COMMENT.test(line) && HAS_TEXT_OR_PATTERN.test(line);
    const long = lines.flatMap((line, at) =>
      line.length > MAX_LENGTH && !mayBeLong(line)
        ? [`${file}:${at + 1} has ${line.length} characters, the most are ${MAX_LENGTH}`]
        : [],
    );
    const broken = brokenEarly(lines).map((at) => `${file}:${at + 1} ends early: the next word fits`);
    return lines.length > MAX_LINES
      ? [`${file} has ${lines.length} lines, the most are ${MAX_LINES}`, ...long, ...broken]
      : [...long, ...broken];
  });
}

/** Returns the indexes of lines of comments that end in the middle of a sentence though the next word fits. */
function brokenEarly(lines) {
  let isCode = false;
  return lines.flatMap((line, at) => {
    const [, indent, mark, , text = ""] = COMMENT.exec(line) ?? [];
    if (mark === undefined || text.startsWith("@")) isCode = text.startsWith("@example");
    else if (text.startsWith("```")) isCode = !isCode;
    const [, nextIndent, nextMark, gap = "", next = ""] = COMMENT.exec(lines[at + 1] ?? "") ?? [];
    const goesOn = mark !== undefined && indent === nextIndent && mark === nextMark && gap.length < 4;
    if (isCode || !goesOn || /[.:!?;|({>─]$/.test(text) || STARTS_ANEW.test(next)) return [];
    const [word = ""] = next.split(" ");
    return line.length + 1 + word.length <= MIN_FILLED ? [at] : [];
  });
}
