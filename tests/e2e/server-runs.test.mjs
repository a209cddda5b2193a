// The storyboard with runs that a server owns, as with `npm start -- --queue`.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { callPhase } from "../../dist/index.js";
import { memoryJournal } from "../../dist/journal.js";
import { serveRuns } from "../../dist/server.js";
import { storyOf } from "../../docs/recipes/queue/story.mjs";
import { elapsedFrom, openStoryboard, patience, priceOf, SHORT_STORY, startServer, useChromium } from "./helpers.mjs";

/** Starts a server that owns the runs, until the test ends. Its calls go to `backend()`. Returns its address. */
async function startRuns(t, backend) {
  const call = (body, _, { signal, idempotencyKey }) =>
    callPhase(`${backend()}/api/generate`, body, { signal, idempotencyKey, retry: { attempts: 1 } });
  const journals = new Map();
  const journalOf = ({ id }) => journals.get(id) ?? journals.set(id, memoryJournal()).get(id);
  const runs = serveRuns({ kinds: { story: storyOf(call) }, journals: journalOf, authorize: () => "you" });
  const server = createServer(getRequestListener(runs));
  t.after(() => (runs.close(), server.closeAllConnections(), server.close()));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}

describe("a run that the server owns, in Chromium", patience, () => {
  const browser = useChromium();

  test("its waits are said, its time goes on after a reload, and single pieces can be made again", async (t) => {
    const runs = await startRuns(t, () => server.url);
    const server = await startServer(t, { runs: () => runs });
    const storyboard = await openStoryboard(t, browser, server, { path: "/?backend=concurrent" });
    const { page } = storyboard;
    const isComplete = page.locator('.status[data-status="complete"]');
    await storyboard.write(SHORT_STORY);
    server.lab.faults.serverError = 1;
    const hold = server.lab.hold("image");
    await storyboard.get("generate").click();
    await page.getByText(/^The generation failed, attempt \d of 6, next in \d s\./).waitFor();
    server.lab.faults.serverError = 0;
    await hold.reached(1);
    await page.getByText(elapsedFrom(3)).waitFor();
    assert.equal(await storyboard.get("outage").count(), 0);

    await page.reload();
    await page.locator('.status[data-status="images"]').waitFor();
    await page.locator(".scene").first().waitFor();
    assert.match(await storyboard.text("facts"), elapsedFrom(3));
    hold.release();
    await isComplete.waitFor();

    const again = server.lab.hold("image");
    await storyboard.get("regenerate-image-0").click();
    await again.reached(1);
    again.release();
    await isComplete.waitFor();
    const credits = `${priceOf(4) + 4} credits`;
    await storyboard.get("facts").getByText(credits).waitFor();
    await page.reload();
    await isComplete.waitFor();
    await storyboard.get("facts").getByText(credits).waitFor();
    assert.match(await storyboard.text("facts"), elapsedFrom(3));
    assert.deepEqual([server.lab.stats.creditsUsed, server.lab.stats.doubleCharges], [priceOf(4) + 4, 0]);
    storyboard.assertNoComplaints();
  });
});
