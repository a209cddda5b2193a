import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { useFirefoxPage } from "./firefox.mjs";
import { assertPaidOnce, durationsOf, HARD_SEED, patience, startServer, until } from "./helpers.mjs";

const CALLS = 2_000;
const CALLS_AT_ONCE = 5;

describe("the storyboard in Firefox", patience, () => {
  const { driver, open, find, shown, number, wait, assertNoComplaints } = useFirefoxPage();

  /** Where the sounds of the story are, as the server has it: the page asks for its record after every chunk. */
  async function sounds(url) {
    const asked = await driver().executeScript(() => performance.getEntriesByType("resource").map(({ name }) => name));
    const { scenes } = await (await fetch(asked.findLast((name) => name.startsWith(`${url}/api/projects/`)))).json();
    return scenes.map(({ audioUrl }) => audioUrl);
  }

  test("a story completes with every fault of the server at its hardest, and nothing is made or paid twice (R14, R15, R16)", async (t) => {
    const server = await startServer(t, { seed: HARD_SEED });
    await open(`${server.url}/?backend=chunks`);
    await wait("the lab", () => shown('[data-testid="fault-preset-hardest"]'));
    await find("fault-preset-hardest").click();
    await until("the faults are on", () => server.lab.faults.loseReply > 0);
    await find("generate").click();
    await wait("an end", () => shown('[data-status="complete"], [data-status="partial"], [data-status="failed"]'));
    assert.equal(await find("status").getText(), "Complete");
    assert.equal(await find("progress").getAttribute("aria-valuenow"), "100");

    const pictures = await driver().executeAsyncScript((done) => {
      const images = /** @type {HTMLImageElement[]} */ ([...document.querySelectorAll(".scene img")]);
      Promise.all(images.map((image) => image.decode().then(() => image.naturalWidth))).then(done, (error) =>
        done([String(error)]),
      );
    });
    const scenes = (await driver().findElements({ css: '.scene[data-audio="done"][data-image="done"]' })).length;
    assert.equal(pictures.length, scenes);
    assert.ok(scenes >= 6 && pictures.every((width) => width > 0), pictures.join());
    const durations = await driver().executeAsyncScript(
      `const done = arguments[1]; (${durationsOf})(arguments[0]).then(done, (error) => done([String(error)]));`,
      await sounds(server.url),
    );
    assert.equal(durations.length, scenes);
    assert.ok(
      durations.every((seconds) => seconds > 0),
      durations.join(),
    );
    const { replies, dropped, lostReplies, maxInFlight } = server.lab.stats;
    for (const count of [replies[503], replies[500], dropped, lostReplies])
      assert.ok(count > 0, JSON.stringify(server.lab.stats));
    assert.equal(maxInFlight, 1);
    assertPaidOnce(server, scenes);
    await assertNoComplaints();
  });

  test("through the limit no call of 2,000 is lost, and no more than the limit are ever open (R2, R22)", async (t) => {
    const server = await startServer(t);
    await open(`${server.url}/why`);
    await find("run-why").click();
    await wait("the comparison", () => shown('[data-testid="bounded"][data-state="done"]'));
    assert.deepEqual(
      [await number("bounded-answered"), await number("bounded-failed"), await number("bounded-max-open")],
      [CALLS, 0, CALLS_AT_ONCE],
    );
    assert.equal((await number("unbounded-answered")) + (await number("unbounded-failed")), CALLS);
    assert.equal(await find("bounded-status-call").getText(), "answered immediately");
    await assertNoComplaints();
  });
});
