// A page in Firefox, as WebDriver lets one meet it.

import assert from "node:assert/strict";
import { LIMIT, useFirefox } from "./helpers.mjs";

/** Starts Firefox for the tests of the `describe` that calls this. */
export function useFirefoxPage() {
  const driver = useFirefox();
  const find = (testId) => driver().findElement({ css: `[data-testid="${testId}"]` });
  return {
    driver,
    find,
    shown: async (css) => (await driver().findElements({ css })).length > 0,
    number: async (testId) => Number(await find(testId).getText()),
    wait: (what, condition, time = LIMIT) => driver().wait(condition, time, what),

    /** Opens a page and notes from then on what it complains about. */
    async open(url) {
      await driver().get(url);
      await driver().manage().setTimeouts({ script: LIMIT });
      // WebDriver runs scripts in a sandbox, whose `globalThis` is not the window.
      await driver().executeScript(() => {
        const page = /** @type {any} */ (window);
        page.complaints = [];
        addEventListener("error", (event) => page.complaints.push(`error: ${event.message}`));
        addEventListener("unhandledrejection", (event) => page.complaints.push(`rejection: ${event.reason}`));
        const { error } = console;
        console.error = (...words) => (page.complaints.push(`console: ${words.join(" ")}`), error(...words));
      });
    },

    assertNoComplaints: async () =>
      assert.deepEqual(await driver().executeScript(() => /** @type {any} */ (window).complaints), []),
  };
}
