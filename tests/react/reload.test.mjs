// Hot reload, by Vite's development server and the React plugin: a file of a page is edited while its run is under way.
import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import react from "@vitejs/plugin-react";
import { createServer } from "vite";
import { cleanUp, install, launchChromium } from "../package/helpers.mjs";
import { openLab, project, REACTS } from "./lab.mjs";

const QUIET = { info() {}, warnOnce() {}, clearScreen() {}, hasErrorLogged: () => false, hasWarned: false };

for (const one of REACTS) {
  describe(`R28 hot reload, with React ${one.version}`, () => {
    const undo = cleanUp();
    let browser;
    let installed;

    before(async () => {
      [{ folder: installed }, browser] = await Promise.all([install(undo), launchChromium(undo)]);
    });

    /** A page under way: one of its two calls has been made. `edit` changes a file as an editor does, in one go. */
    async function underWay(name, search = "") {
      const folder = project(installed, `${name}-${one.version}`, one, "reloaded");
      const root = join(folder, "reloaded");
      const complaints = [];
      const complain = (message) => complaints.push(message);
      const server = await createServer({
        root,
        configFile: false,
        plugins: [react()],
        customLogger: { ...QUIET, warn: complain, error: complain },
        server: { host: "127.0.0.1", port: 0 },
      });
      undo.push(() => server.close());
      await server.listen();
      const { page, said } = await openLab(browser, `${server.resolvedUrls?.local[0]}${search}`);
      const shown = (text) => page.locator("p", { hasText: text }).waitFor({ timeout: 120_000 });
      await page.locator("button").click();
      await shown("before: running, 0 of 2");
      const edit = (...changes) => {
        const file = join(root, "Shots.jsx");
        let text = readFileSync(file, "utf8");
        for (let at = 0; at < changes.length; at += 2) {
          assert.ok(text.includes(changes[at]));
          text = text.replace(changes[at], changes[at + 1]);
        }
        writeFileSync(`${file}.new`, text);
        renameSync(`${file}.new`, file);
      };
      const tell = () =>
        page.evaluate(() => ({
          mounts: globalThis.mounts,
          loads: globalThis.loads,
          begun: globalThis.begun.length,
          state: globalThis.begun[0].state,
          calls: globalThis.calls.map(({ context: { signal, cancelled } }) => [signal.aborted, cancelled.aborted]),
        }));
      const finish = (at) => page.evaluate((index) => globalThis.calls[index].resolve(index), at);
      /** Vite tells the console of every update. */
      const grievances = () => [...said.filter((line) => !line.startsWith("debug: [vite]")), ...complaints];
      return { page, edit, tell, finish, shown, grievances };
    }

    for (const [about, search] of [
      ["", ""],
      [", under StrictMode", "?strict"],
    ]) {
      test(`an edited component shows its run, which goes on as the same, and starts the next by its new code${about}`, async () => {
        const { page, edit, tell, finish, shown, grievances } = await underWay(`edited${search.slice(1)}`, search);
        const { mounts } = await tell();
        edit('"before"', '"after"');
        await shown("after: running, 0 of 2");
        // A reload runs all effects again, as if the component were mounted anew; with React 19 not under StrictMode.
        if (!search) await page.waitForFunction((count) => globalThis.mounts > count, mounts);
        assert.deepEqual(
          { ...(await tell()), mounts },
          { mounts, loads: 1, begun: 1, state: "running", calls: [[false, false]] },
        );
        await page.locator("button").click();
        await finish(0);
        await shown("after: running, 1 of 2");
        await finish(1);
        await shown("after: finished, 2 of 2");
        assert.deepEqual(
          { ...(await tell()), mounts },
          {
            mounts,
            loads: 1,
            begun: 1,
            state: "finished",
            calls: [
              [false, false],
              [false, false],
            ],
          },
        );
        edit('"after"', '"later"', "[1, 2]", "[1, 2, 3]");
        await shown("later: finished, 2 of 2");
        await page.locator("button").click();
        await shown("later: running, 0 of 3");
        assert.deepEqual(grievances(), []);
        await page.close();
      });
    }

    // The control: what the test above would see if a reload were an end.
    test("a component with other hooks than before is another one for React, and its run ends with it", async () => {
      const { page, edit, tell, finish, shown, grievances } = await underWay("remounted");
      edit("/* more hooks */", "useState();");
      await shown("before: idle, 0 of 0");
      const { loads, begun, state, calls } = await tell();
      assert.deepEqual(
        { loads, begun, state, calls },
        { loads: 1, begun: 1, state: "cancelling", calls: [[false, true]] },
      );
      await finish(0);
      assert.deepEqual(grievances(), []);
      await page.close();
    });
  });
}
