// A run goes on when its component is mounted again: after a reload, and after a crash of the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeInReact, STRICT } from "./lab.mjs";

describeInReact(
  "a component with a journal",
  (_play, _react, lab) => {
    const state = (page, text) => page.locator("p", { hasText: text }).waitFor();

    /** Opens the page in a context that keeps its storage. */
    async function open(context) {
      const page = await context.newPage();
      await page.goto(lab().url);
      await page.evaluate(() => globalThis.play("resume"));
      await state(page, "idle");
      return page;
    }

    const calls = (page) => page.evaluate(() => JSON.parse(localStorage.calls ?? "[]"));
    const ends = {
      "a reload": (page) => page.reload(),
      "a crash": (page) => Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => {})]),
    };
    for (const [how, end] of Object.entries(ends)) {
      test(`goes on after ${how}: what is done is not made again, and what was under way keeps its key`, async () => {
        const context = await lab().browser.newContext();
        const first = await open(context);
        await first.evaluate(() => {
          localStorage.isStuck = "1";
          globalThis.shots.start(["a", "b", "c"]);
        });
        await first.waitForFunction(() => JSON.parse(localStorage.calls ?? "[]").length === 2);
        await end(first);
        await first.close();

        const page = await context.newPage();
        await page.goto(lab().url);
        await page.evaluate(() => localStorage.removeItem("isStuck"));
        await page.evaluate(() => globalThis.play("resume"));
        await state(page, "finished");
        assert.deepEqual(await page.evaluate(() => globalThis.shots.report.values), ["A", "B", "C"]);
        const made = await calls(page);
        assert.deepEqual(
          made.map((call) => call[0]),
          ["a", "b", "b", "c"],
        );
        assert.equal(made[1], made[2]);
        assert.deepEqual(await page.evaluate(() => globalThis.unfinished()), []);

        const last = await open(context);
        await last.evaluate(() => globalThis.unfinished());
        assert.equal(await last.locator("p").textContent(), "idle");
        assert.equal((await calls(last)).length, 4);
        await context.close();
      });
    }

    test("stays idle if its journal cannot be read, and reports the error as uncaught, not as a rejection", async () => {
      const context = await lab().browser.newContext();
      const page = await context.newPage();
      await page.clock.install();
      await page.addInitScript(() => {
        globalThis.errors = [];
        addEventListener("error", ({ message }) => globalThis.errors.push(message));
        addEventListener("unhandledrejection", ({ reason }) => globalThis.errors.push(`rejection: ${reason}`));
        IDBFactory.prototype.open = () => {
          throw new Error("there is no storage");
        };
      });
      await page.goto(lab().url);
      await page.evaluate(() => globalThis.play("resume"));
      for (let seconds = 0; seconds < 60; seconds += 5) await page.clock.runFor(5_000);
      const errors = await page.evaluate(() => globalThis.errors);
      // StrictMode mounts it twice.
      assert.deepEqual(errors, Array(2).fill("Uncaught Error: there is no storage"));
      assert.equal(await page.locator("p").textContent(), "idle");
      await context.close();
    });
  },
  STRICT,
);
