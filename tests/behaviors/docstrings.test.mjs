// The examples of the docstrings, which the API pages of the documentation show. Each is type-checked as a function of
// its own, against the declarations of the package. Those that need neither a Redis nor a page run, too.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import "fake-indexeddb/auto";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { rolldown } from "rolldown";
import { runChild } from "../../scripts/child.mjs";
import { nodeBin, root, scratch } from "../../scripts/paths.mjs";

const SOURCES = join(root, "src", "npm");
const FOLDER = join(scratch, "docstrings");
const EXAMPLE = /@example\n((?:[ \t]*\*(?! @|\/).*\n)+)/g;

/** Names of examples that need a Redis, a page or a store. Their suites call the same functions with those. */
const ONLY_TYPED = /redis|storeIn|sharedAcrossTabs|startRemote|attachRun/;

/** The names of an example, by the entry that exports them. */
const ENTRIES = {
  sluicegate: [
    ...["callPhase", "init", "Limiter", "pollUntil", "processPhase", "processWithConcurrency", "retry", "runJob"],
    ...["settleWithConcurrency", "setWarnings", "startBatches", "startInOrder", "startPhase", "startPipeline"],
    ...["startRun", "BatchContext", "CallOptions", "PhaseOptions", "PollOptions", "RetryPolicy", "RunOptions"],
    ...["TaskContext", "HOST_CONNECTIONS"],
  ],
  "sluicegate/react": ["useRun", "useRunState"],
  "sluicegate/react/devtools": ["RunProgress", "RunTimeline", "RunWaits"],
  "sluicegate/journal": ["createJournal", "indexedDbJournal", "JournalEntry", "memoryJournal", "unfinishedJournals"],
  "sluicegate/server": ["memoryStore", "serveRuns"],
  "sluicegate/remote": ["attachRun", "startRemote"],
  "sluicegate/bullmq": ["queueProcessor", "queueTask", "redisJournal", "redisStore"],
  "sluicegate/tabs": ["sharedAcrossTabs"],
  "sluicegate/testing": ["journalContract"],
  bullmq: ["Queue", "QueueEvents", "Worker"],
  ioredis: ["Redis"],
};

const examples = readdirSync(SOURCES).flatMap((file) => {
  const text = readFileSync(join(SOURCES, file), "utf8");
  return [...text.matchAll(EXAMPLE)].map(({ 1: lines, index }) => {
    const line = text.slice(0, index).split("\n").length;
    const code = String(lines).replace(/^[ \t]*\* ?/gm, "");
    return { title: `${file}:${line}`, name: `${basename(file, ".ts")}-${line}`, code };
  });
});

/** Hooks and JSX are those of a component. */
const isComponent = (code) => /^(return )?<|\buseRun/m.test(code);

/** Makes a module of an example: its imports, and a function with the rest. */
function moduleOf(code) {
  const own = code.match(/^import .*$/gm) ?? [];
  const rest = code.replace(/^import .*$/gm, "").trim();
  const imports = Object.entries(ENTRIES).flatMap(([entry, names]) => {
    const used = names.filter((name) => new RegExp(`(?<![\\w.])${name}\\b`).test(rest) && !own.join().includes(name));
    return used.length ? [`import { ${used.join(", ")} } from "${entry}";`] : [];
  });
  const body = rest.startsWith("<") ? `return ${rest};` : rest;
  return [...own, ...imports, `export ${isComponent(rest) ? "" : "async "}function Example() {`, body, "}", ""].join(
    "\n",
  );
}

describe("the examples of docstrings", () => {
  before(() => {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    cpSync(fileURLToPath(new URL("docstrings", import.meta.url)), FOLDER, { recursive: true });
    for (const { name, code } of examples) writeFileSync(join(FOLDER, `${name}.tsx`), moduleOf(code));
  });

  test("are found", () => assert.ok(examples.length > 50, String(examples.length)));

  test("have the right types", async () => {
    const { code, output } = await runChild(nodeBin("tsc"), ["-p", FOLDER], { timeout: 300 });
    assert.equal(code, 0, output);
  });

  describe("run", () => {
    const runnable = examples.filter(({ code }) => !ONLY_TYPED.test(code));
    let world;

    before(async () => {
      const input = [join(FOLDER, "world.ts"), ...runnable.map(({ name }) => join(FOLDER, `${name}.tsx`))];
      const bundle = await rolldown({ input, external: /^[^./]/, platform: "node", logLevel: "silent" });
      await bundle.write({ dir: join(FOLDER, "out"), entryFileNames: "[name].mjs" });
      world = await import(pathToFileURL(join(FOLDER, "out", "world.mjs")).href);
    });

    for (const { title, name, code } of runnable) {
      test(title, { timeout: 60_000 }, async (t) => {
        await world.reset();
        t.mock.method(console, "log", () => {});
        const { Example } = await import(pathToFileURL(join(FOLDER, "out", `${name}.mjs`)).href);
        if (isComponent(code)) renderToString(createElement(Example));
        else await Example();
      });
    }
  });
});
