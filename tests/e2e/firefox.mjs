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
      await driver().executeScript(() => {
        globalThis.complaints = [];
        addEventListener("error", (event) => globalThis.complaints.push(`error: ${event.message}`));
        addEventListener("unhandledrejection", (event) => globalThis.complaints.push(`rejection: ${event.reason}`));
        const { error } = console;
        console.error = (...words) => (globalThis.complaints.push(`console: ${words.join(" ")}`), error(...words));
      });
    },

    assertNoComplaints: async () => assert.deepEqual(await driver().executeScript(() => globalThis.complaints), []),
  };
}
