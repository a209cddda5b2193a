// Pages that crash, are closed or reloaded at random moments, while the server fails in all its ways: what was bought
// is kept, nothing is bought twice, and the next page offers to resume. CRASHES=30 tries 30 moments of each way to end
// in each system, some of them at once; SYSTEMS=bulk,script only these systems, BROWSERS=firefox,webkit these browsers,
// and ONLY=18 the 18th moment.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createRandom } from "@sluicegate/fault-server/random";
import { atRest, LIMIT, patience, startServer, until } from "./helpers.mjs";
import { systems } from "./systems.mjs";
import { tabsIn } from "./tabs-of.mjs";

/** Moments of each way to end; without a number one of each system. */
const CRASHES = Number(process.env.CRASHES ?? 0);
const ONLY = Number(process.env.ONLY ?? 0);
/** The systems whose pages resume. */
const RESUMING = (process.env.SYSTEMS ?? Object.keys(systems).join()).split(",");
const NAMES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" };
const BROWSERS = /** @type {(keyof typeof NAMES)[]} */ ((process.env.BROWSERS ?? "chromium,firefox").split(","));
const ENDS = /** @type {const} */ (["crash", "close", "reload"]);
/** Milliseconds after which a moment has not come, because the run is over. */
const NO_LONGER = 5_000;
/** Milliseconds after which a button is not pressed: another one may have taken its place. */
const GONE = 2_000;
/** Tests at once in a long run. A WebDriver has one current tab. */
const AT_ONCE = { chromium: 2, firefox: 1, webkit: 1 };

for (const name of RESUMING)
  for (const browser of BROWSERS)
    describe(
      `${name} in ${NAMES[browser]}`,
      { timeout: patience.timeout + 3 * CRASHES * LIMIT, concurrency: CRASHES > 0 ? AT_ONCE[browser] : 1 },
      () => crashes(name, browser),
    );

/** Returns the ways to end and the moments of a system, as numbers from 1. */
function planOf(name) {
  const first = Object.keys(systems).indexOf(name);
  if (CRASHES === 0) return [{ crash: 1, how: ENDS[(1 + first) % ENDS.length] }];
  const all = Array.from({ length: ENDS.length * CRASHES }, (_, at) => at + 1);
  return all
    .filter((crash) => !ONLY || crash === ONLY)
    .map((crash) => ({ crash, how: ENDS[(crash + first) % ENDS.length] }));
}

function crashes(name, browser) {
  const open = tabsIn(browser);
  const { path, prepare, start, calls, cost, pieces } = systems[name];
  const figures = { crash: 0, close: 0, reload: 0, cut: 0, faults: 0, doubled: 0, lost: 0 };
  after(() => {
    const { crash, close, reload, cut, faults, doubled, lost } = figures;
    const ways = `${crash} crashes, ${close} closed tabs, ${reload} reloads (${cut} before all was paid)`;
    console.log(`${name} in ${NAMES[browser]}: ${ways}, ${faults} faults, ${lost} lost, ${doubled} double`);
  });

  for (const { crash, how: wanted } of planOf(name)) {
    const random = createRandom(`crash/${name}/${crash}`);
    // WebKit's driver ends its session when the process of a page is killed.
    const how = browser === "webkit" && wanted === "crash" ? "close" : wanted;
    const [moment, delay] = [random.int(0, calls - 1), random.int(0, 150)];

    test(`after a ${how} ${delay} ms after call ${moment}, all is made and paid once (${crash})`, async (t) => {
      const server = await startServer(t, { pace: 0.05, seed: crash });
      const tab = await open(t, server, path);
      await until("the page is there", async () => (await look(tab, systems[name])).offers.includes(start));
      server.lab.faults = { preset: "hard", slow: 0 };
      await prepare(tab);
      await tab.press(start);
      const latest = performance.now() + NO_LONGER;
      await until("the moment has come", () => server.lab.stats.calls >= moment || performance.now() > latest);
      await new Promise((done) => setTimeout(done, delay));
      figures[how] += 1;
      figures.cut += Number(server.lab.stats.creditsUsed < cost);
      await tab.ends[how]?.();
      const made = await finish(tab, systems[name]);
      await atRest(server);
      const { doubleGenerations, doubleCharges, creditsUsed, dropped, lostReplies, replies } = server.lab.stats;
      figures.doubled += doubleGenerations + doubleCharges;
      figures.lost += pieces - made;
      figures.faults += dropped + lostReplies + (replies[503] ?? 0) + (replies[500] ?? 0);
      assert.deepEqual([doubleGenerations, doubleCharges, creditsUsed], [0, 0, cost]);
      await tab.assertNoComplaints();
    });
  }
}

/** Returns the pieces that a page shows as made, the state of its run, and the buttons that lead on. */
function look(tab, { start, whole }) {
  return tab.evaluate(
    ([start, whole]) => {
      const status = document.querySelector('[aria-label="Progress"] .status')?.getAttribute("data-status") ?? "";
      const isReady = (button) => !button.disabled && button.getAttribute("aria-disabled") !== "true";
      const namesOf = (css) =>
        [...document.querySelectorAll(css)].filter(isReady).map((button) => button.getAttribute("data-testid"));
      const again = ["partial", "failed"].includes(status)
        ? ',[data-testid^="retry-"],[data-testid="fill-missing"]'
        : "";
      const offers = namesOf(`[data-testid="resume"]${again}`);
      // Nothing was bought before the end of the page.
      if (status === "idle") offers.push(...namesOf(`[data-testid="${start}"]`));
      return { made: document.querySelectorAll(whole).length, status, offers };
    },
    [start, whole],
  );
}

/** Presses what the page offers until all is made, and returns the number of pieces. */
async function finish(tab, system) {
  const pressed = { times: 0, refusal: "none" };
  const isOver = async () => {
    const { made, status, offers } = await look(tab, system);
    if (made === system.pieces && status === system.completed) return true;
    for (const testId of offers) {
      await tab.press(testId, GONE).then(
        () => (pressed.times += 1),
        (error) => (pressed.refusal = error.message),
      );
    }
    return false;
  };
  await until("all is made", isOver).catch(async (error) => {
    const said = await tab.evaluate(() => document.querySelector("main")?.textContent);
    const { times, refusal } = pressed;
    throw new Error(`${error.message} after ${times} clicks, the last refusal: ${refusal}. The page says: ${said}`);
  });
  return (await look(tab, system)).made;
}
