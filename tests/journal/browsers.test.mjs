// Journals in the databases and locks of real browsers. JOURNAL_ITEMS=10000 measures as many items as that.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { launchChromium, launchFirefox } from "../../scripts/browsers.mjs";
import { cleanUp, serve } from "../package/helpers.mjs";
import { killed } from "../soak/browsers.mjs";
import { bundled } from "./pages.mjs";

const ITEMS = Number(process.env.JOURNAL_ITEMS ?? 300);

/** In milliseconds. */
const LIMIT = 300_000;

/** What the pages do. It runs in the browser, where `journal` is the module. */
const work = async (journal, name, ...args) => {
  const entry = (key, more) => ({ key, idempotencyKey: key, repeatable: false, attempts: 1, at: Date.now(), ...more });
  const reasonsOf = (promises) =>
    Promise.all(
      promises.map((promise) =>
        promise.then(
          () => "fulfilled",
          ({ name }) => name,
        ),
      ),
    );
  const works = {
    /** Stores the start and the end of items, so many in parallel, and returns the milliseconds of an item. */
    async measure(items, parallel) {
      const store = journal.indexedDbStore(`measured ${parallel}`);
      await store.append(entry("", { status: "started", repeatable: true }));
      const started = performance.now();
      let next = 0;
      const lane = async () => {
        while (next < items) {
          const key = `item ${next++}`;
          await store.append(entry(key, { status: "started" }));
          await store.append(entry(key, { status: "fulfilled", value: { url: `https://example.com/${key}` } }));
        }
      };
      await Promise.all(Array.from({ length: parallel }, lane));
      const stored = performance.now();
      const loaded = (await store.load()).filter(({ status }) => status === "fulfilled").length;
      const read = performance.now();
      const [{ done }] = await journal.unfinishedIn(`measured ${parallel}`);
      const listed = performance.now();
      await store.clear();
      return { perItem: (stored - started) / items, load: read - stored, list: listed - read, loaded, done };
    },
    async put() {
      const store = journal.indexedDbStore("kept");
      await store.append(entry("", { status: "started", repeatable: true }));
      const appended = ["a", "b", "c"].map((key) =>
        store.append(
          entry(key, {
            status: "fulfilled",
            value: key === "b" ? () => {} : { picture: new Blob([key]), bytes: new Uint8Array([1, 2]) },
          }),
        ),
      );
      return reasonsOf(appended);
    },
    async get() {
      const [, ...entries] = await journal.indexedDbStore("kept").load();
      const texts = entries.map(async ({ key, value }) => `${key} ${await value.picture.text()} ${value.bytes}`);
      return {
        texts: await Promise.all(texts),
        unfinished: (await journal.unfinishedIn("kept")).map(({ done }) => done),
      };
    },
    /** The second of two with one key fails here, and aborts the transaction. */
    async refused() {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = IDBObjectStore.prototype.add;
      const store = journal.indexedDbStore("refused");
      const appended = ["a", "b", "a"].map((key) => store.append(entry(key, { status: "waiting" })));
      const reasons = await reasonsOf(appended);
      IDBObjectStore.prototype.put = put;
      return { reasons, stored: (await store.load()).length };
    },
    async deleteAll() {
      const store = journal.indexedDbStore("deleted");
      await store.append(entry("a", { status: "fulfilled" }));
      await new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase("sluicegate");
        request.onsuccess = resolve;
        request.onblocked = () => reject(new Error("a page keeps the database open"));
      });
      await store.append(entry("b", { status: "fulfilled" }));
      return (await store.load()).map(({ key }) => key);
    },
    async open(busy) {
      try {
        await journal.indexedDbStore("locked", { busy }).open();
        return "opened";
      } catch (error) {
        return error.name;
      }
    },
    /** Waits for the lock; `opened` resolves to the time at which it was free. */
    async await() {
      globalThis.opened = journal
        .indexedDbStore("locked", { busy: "wait" })
        .open()
        .then(() => performance.timeOrigin + performance.now());
    },
    opened: () => globalThis.opened,
  };
  return works[name](...args);
};

const now = () => performance.timeOrigin + performance.now();

/** Two ways to drive a browser: each opens pages that `run` works in. */
const BROWSERS = {
  async Chromium(undo, url) {
    const browser = await launchChromium();
    undo.push(() => browser.close());
    const context = await browser.newContext();
    return async () => {
      const page = await context.newPage();
      await page.goto(url);
      return {
        run: (...args) => page.evaluate((all) => globalThis.work(...all), args),
        async close() {
          const at = now();
          await page.close();
          return at;
        },
        async crash() {
          const at = now();
          await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => {})]);
          return at;
        },
        reload: () => page.reload(),
      };
    };
  },
  async Firefox(undo, url) {
    const driver = await launchFirefox({ system: true });
    undo.push(() => driver.quit());
    await driver.manage().setTimeouts({ script: LIMIT });
    const first = await driver.getWindowHandle();
    return async () => {
      await driver.switchTo().window(first);
      await driver.switchTo().newWindow("tab");
      await driver.get(url);
      const handle = await driver.getWindowHandle();
      const here = () => driver.switchTo().window(handle);
      return {
        async run(...args) {
          await here();
          const { error, result } = await driver.executeAsyncScript((all, done) => {
            globalThis.work(...all).then(
              (result) => done({ result }),
              (error) => done({ error: String(error) }),
            );
          }, args);
          if (error) throw new Error(error);
          return result;
        },
        async close() {
          await here();
          const at = now();
          await driver.close();
          return at;
        },
        async crash() {
          await here();
          const at = now();
          await killed(driver);
          return at;
        },
        reload: () => here().then(() => driver.navigate().refresh()),
      };
    };
  },
};

for (const [name, launch] of Object.entries(BROWSERS)) {
  describe(`journals in ${name}`, () => {
    const undo = cleanUp();
    let openPage;

    before(async () => {
      const code = await bundled();
      const lines = [
        'import * as journal from "/journal.js";',
        `const work = ${work};`,
        "globalThis.work = (...args) => work(journal, ...args);",
      ];
      const url = await serve(undo, (request, response) => {
        const isCode = request.url === "/journal.js";
        response.writeHead(200, { "content-type": isCode ? "text/javascript" : "text/html" });
        response.end(isCode ? code : `<!doctype html><script type="module">${lines.join("\n")}</script>`);
      });
      openPage = await launch(undo, url);
    });

    test("are read after a reload, with pictures, and without the value that cannot be cloned", async () => {
      const page = await openPage();
      assert.deepEqual(await page.run("put"), ["fulfilled", "DataCloneError", "fulfilled"]);
      await page.reload();
      assert.deepEqual(await page.run("get"), { texts: ["a a 1,2", "c c 1,2"], unfinished: [2] });
      await page.close();
    });

    test("reject all appends of a transaction with the error of the request that failed", async () => {
      const page = await openPage();
      const reasons = ["ConstraintError", "ConstraintError", "ConstraintError"];
      assert.deepEqual(await page.run("refused"), { reasons, stored: 0 });
      await page.close();
    });

    test("go on in a new database if another was deleted under way", async () => {
      const page = await openPage();
      assert.deepEqual(await page.run("deleteAll"), ["b"]);
      await page.close();
    });

    for (const end of /** @type {const} */ (["close", "crash"])) {
      test(`are free for a page that waits at the ${end} of the page that has one`, async (t) => {
        const [one, other] = [await openPage(), await openPage()];
        assert.equal(await one.run("open", "fail"), "opened");
        assert.equal(await other.run("open", "fail"), "JournalBusyError");
        await other.run("await");
        const ended = await one[end]();
        const waited = (await other.run("opened")) - ended;
        t.diagnostic(`free after ${waited.toFixed(0)} ms`);
        assert.ok(waited > 0, `${waited} ms`);
        await other.close();
      });
    }

    for (const parallel of [100, 5]) {
      test(`store ${ITEMS} items that begin and end, ${parallel} in parallel`, async (t) => {
        const page = await openPage();
        const { loaded, done, perItem, load, list } = await page.run("measure", ITEMS, parallel);
        assert.deepEqual([loaded, done], [ITEMS, ITEMS]);
        const [each, read, listed] = [perItem.toFixed(2), load.toFixed(0), list.toFixed(0)];
        t.diagnostic(`${parallel} in parallel: ${each} ms an item, ${read} ms to load, ${listed} ms to list`);
        await page.close();
      });
    }
  });
}
