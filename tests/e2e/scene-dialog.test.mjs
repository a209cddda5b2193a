import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openStoryboard, patience, SHORT_STORY, startServer, until, useChromium } from "./helpers.mjs";

describe("the image of a scene in Chromium", patience, () => {
  const browser = useChromium();

  async function complete(t) {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.write(SHORT_STORY);
    await storyboard.complete();
    return { server, storyboard, page: storyboard.page };
  }

  test("opens, gets another prompt and is generated again by keyboard alone; the focus returns", async (t) => {
    const { server, storyboard, page } = await complete(t);
    const { creditsUsed } = server.lab.stats;
    const image = page.getByTestId("scene-0").locator(".picture img");
    const before = await image.getAttribute("src");
    await storyboard.get("open-0").focus();
    await page.keyboard.press("Enter");
    const prompt = page.getByRole("dialog").getByLabel("Prompt");
    while (!(await prompt.evaluate((field) => field === document.activeElement))) await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("A lamp in the fog");
    await page.keyboard.press("Tab");
    const hold = server.lab.hold("image");
    await page.keyboard.press("Enter");
    await hold.reached(1);
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const focused = () => page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.testid);
    assert.equal(await focused(), "open-0");
    hold.release();
    await until("there is another image", async () => (await image.getAttribute("src")) !== before);
    await storyboard.reaches("complete");
    assert.equal(await focused(), "open-0");
    assert.equal(server.lab.stats.creditsUsed, creditsUsed + 4);
    assert.equal((await storyboard.project()).scenes[0].visualPrompt, "A lamp in the fog");
    storyboard.assertNoComplaints();
  });

  test("is downloaded by itself, or with all files", async (t) => {
    const { storyboard, page } = await complete(t);
    const names = [];
    page.on("download", (download) => names.push(download.suggestedFilename()));
    await storyboard.get("open-1").click();
    await page.getByRole("link", { name: "Download" }).click();
    await until("a file is there", () => names.length === 1);
    assert.deepEqual(names.splice(0), ["scene-2.svg"]);
    await page.keyboard.press("Escape");
    await storyboard.get("download-all").click();
    await until("all files are there", () => names.length === 8);
    assert.deepEqual(
      names.sort(),
      [1, 2, 3, 4].flatMap((scene) => [`scene-${scene}.svg`, `scene-${scene}.wav`]),
    );
    storyboard.assertNoComplaints();
  });
});
