import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { rolldown } from "rolldown";
import { root } from "../../scripts/paths.mjs";
import { cleanUp, install } from "../package/helpers.mjs";
import { describeInReact, STRICT } from "./lab.mjs";

const AXE = join(root, "node_modules", "axe-core", "axe.min.js");

describeInReact(
  "the views of a run",
  (play) => {
    test("attempts, waits and ends are bars, and the table says the same", async () => {
      const { during, bars, names, table, position } = await play("attemptsShown");
      assert.deepEqual(during, { bars: ["queued", "running"], status: ["done", "done", "failed", "in flight"] });
      assert.deepEqual(bars.map(withoutQueue), [
        ["failed", "wait", "fulfilled"],
        ["fulfilled"],
        ["failed", "wait", "failed"],
        ["cancelled"],
      ]);
      assert.deepEqual(names, ["scene a", "scene b", "scene c", "scene d"]);
      assert.deepEqual(table, [
        "scene a | done | 1 | failed: Error: busy",
        "scene a | done | 2 | done",
        "scene b | done | 1 | done",
        "scene c | failed | 1 | failed: RangeError: no",
        "scene c | failed | 2 | failed: RangeError: no, again",
        "scene d | cancelled | 1 | cancelled",
      ]);
      assert.equal(position, "absolute", "the styles are there");
    });

    test("a phase that is skipped in its turn has no attempt in flight", async () => {
      assert.deepEqual(await play("skippedShown"), { bars: [], table: ["a | done | 1 | done", "b | skipped | – | –"] });
    });

    test("the panel says what the run waits for, most important first", async () => {
      const place = "1 item not started: waiting for a place, with";
      const retrying = "a: attempt 2 starts in … s, after Error: busy.";
      const cooling = "The limiter cools down for … s.";
      assert.deepEqual(await play("reasonsShown"), {
        busy: [`${place} 2 attempts in flight.`],
        retrying: [retrying, `${place} 1 attempt in flight.`],
        cooling: [cooling, retrying],
        paused: [
          "The run is paused. It starts nothing until it is resumed.",
          cooling,
          "a: attempt 2 starts when the run is resumed, after Error: busy.",
        ],
        after: ["Nothing is waiting."],
      });
    });

    test("the panel of a timeline names the items as the timeline does", async () => {
      assert.deepEqual(await play("reasonsNamed"), ["scene a: attempt 2 starts in … s, after Error: busy."]);
    });

    test("the panel says what runs, calls and polls inside a task wait for", async () => {
      assert.deepEqual(await play("nestedReasons"), [
        "scene: 1 item not started: waiting for a place, with 1 attempt in flight.",
        "scene: attempt 2 starts in … s, after Error: busy.",
        "scene: the next request of the poll follows in … s.",
      ]);
    });

    test("a view in a frame has its styles, too", async () => {
      assert.deepEqual(await play("viewInFrame"), ["absolute", "absolute"]);
    });

    test("the progress has a name, a value and the counts in words", async () => {
      assert.deepEqual(await play("progressShown"), { none: ["Not started"], value: 67, name: "Pictures", after: 1 });
    });

    test("mounted late, items that ended before have no bars; with a limit, open items are drawn", async () => {
      assert.deepEqual(await play("lateView"), {
        shown: [[], ["running"]],
        none: "Nothing has started yet.",
        limited: [["b"], "1 of 2 items are shown."],
        after: [["fulfilled"]],
      });
    });

    test("a tick changes only the bars of attempts in flight, until the chart is full", async () => {
      assert.deepEqual(await play("grownBars"), ["running"]);
    });

    test("after the end of the run nothing renders", async () => {
      assert.equal(await play("restsAtTheEnd"), 0);
    });

    test("rendered on a server they are empty, and hydration shows the run", async () => {
      assert.deepEqual(await play("hydratedViews"), {
        server: ["Nothing has started yet.", "Nothing is waiting.", "Not started"],
        recovered: [],
      });
    });

    test("what is no run, or no limit, is a TypeError that names it", async () => {
      assert.deepEqual(await play("badViews"), [
        "TypeError: `run` must be a run, such as that of startRun, or undefined, got [object Object]",
        "TypeError: `run` must be a run, such as that of startRun, or undefined, got 5",
        "TypeError: `limit` must be an integer from 1, got 0",
      ]);
    });
  },
  STRICT,
);

// Axe breaks the rules of Trusted Types itself.
describeInReact("the views of a run, looked at by axe", (play) => {
  test("axe finds nothing, light and dark, and a phone need not scroll sideways", async () => {
    await play("everything", async (page) => {
      await page.evaluate(readFileSync(AXE, "utf8"));
      const surfaces = [];
      for (const colorScheme of ["light", "dark"]) {
        for (const width of [360, 1280]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          const { violations } = await page.evaluate(() => globalThis.axe.run());
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
          assert.deepEqual(found, [], `${colorScheme}, ${width} px`);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${wide} px too wide at ${width} px`);
          const [names, statuses] = await page.evaluate(() =>
            [".sluicegate-name", ".sluicegate-status"].map((selector) =>
              [...document.querySelectorAll(selector)].map((element) =>
                Math.round(element.getBoundingClientRect().top),
              ),
            ),
          );
          assert.deepEqual(statuses, names, `a status is beside its name at ${width} px`);
        }
        const view = page.locator(".sluicegate-view").first();
        surfaces.push(await view.evaluate((element) => getComputedStyle(element).backgroundColor));
      }
      assert.notEqual(surfaces[0], surfaces[1]);
    });
  });
});

const withoutQueue = (bars) => bars.filter((bar) => bar !== "queued");

describe("R28 the entry of the views", () => {
  const undo = cleanUp();
  let folder;
  let installed;

  before(async () => {
    ({ folder, installed } = await install(undo));
  });

  test("is in the tarball, for both module systems and with types, and imports React alone", () => {
    for (const extension of ["js", "cjs"]) {
      const code = readFileSync(join(installed, "dist", `react-devtools.${extension}`), "utf8");
      assert.match(code, /^"use client";/);
      const imports = [...code.matchAll(/(?:\bfrom |\brequire\()["'](\S+?)["']/g)].map(([, name]) => name);
      assert.deepEqual(imports, ["react"]);
    }
    for (const extension of ["d.ts", "d.cts"])
      assert.match(readFileSync(join(installed, "dist", `react-devtools.${extension}`), "utf8"), /RunTimeline/);
  });

  test("is no part of a page that imports it and does not use it", async () => {
    const program = (used) =>
      `import { useRun } from "sluicegate/react"; import { RunTimeline } from "sluicegate/react/devtools"; export { ${used} };`;
    assert.match(await bundled(folder, program("RunTimeline")), /sluicegate-view/);
    assert.doesNotMatch(await bundled(folder, program("useRun")), /sluicegate-view/);
  });
});

async function bundled(folder, code) {
  const input = join(folder, "page.mjs");
  writeFileSync(input, code);
  const build = await rolldown({ input, cwd: folder, external: ["react"], logLevel: "silent" });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  return output.map((file) => (file.type === "chunk" ? file.code : "")).join("");
}
