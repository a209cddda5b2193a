import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertWhole, openStoryboard, patience, SHORT_STORY, startServer, useChromium } from "./helpers.mjs";

/** The pages beside the storyboard, and how many buttons they have. */
const OTHERS = [
  { link: "Why", button: "run-why", buttons: 1 },
  { link: "Paid once", button: "run-charges", buttons: 2 },
];
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1 };

describe("the storyboard for everybody, in Chromium", patience, () => {
  const browser = useChromium();

  /** Moves on with the tab key until this has the focus. */
  async function tabTo(page, testId) {
    const seen = [];
    for (let n = 0; n < 60; n += 1) {
      await page.keyboard.press("Tab");
      const { id, outlined } = await page.evaluate(() => {
        const focused = /** @type {HTMLElement} */ (document.activeElement);
        const { dataset, textContent } = focused;
        const { outlineStyle, outlineWidth } = getComputedStyle(focused);
        return { id: dataset.testid ?? textContent, outlined: outlineStyle !== "none" && parseFloat(outlineWidth) > 0 };
      });
      seen.push(id);
      assert.ok(outlined, `the focus cannot be seen on ${id}`);
      if (id === testId) return;
    }
    assert.fail(`${testId} was not reached: ${seen.join(", ")}`);
  }

  test("it can be worked with the keyboard alone, from the first key to a new picture", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server);
    const { keyboard } = storyboard.page;
    await tabTo(storyboard.page, "story-select");
    await keyboard.press("ArrowDown");
    assert.equal(await storyboard.get("story-select").inputValue(), "fisherman");
    await tabTo(storyboard.page, "generate");
    await storyboard.begins(() => keyboard.press("Enter"));
    assert.equal(
      await storyboard.page.evaluate(() => /** @type {any} */ (document.activeElement).dataset.testid),
      "generate",
    );
    await storyboard.reaches("complete");
    await tabTo(storyboard.page, "regenerate-image-0");
    await storyboard.begins(() => keyboard.press("Space"));
    await storyboard.reaches("complete");
    assert.equal(server.lab.stats.byPhase.regenerate_image.pieces, 1);
    storyboard.assertNoComplaints();
  });

  test("in forced colors a button that does nothing at present is gray, as disabled ones are", async (t) => {
    const server = await startServer(t);
    const storyboard = await openStoryboard(t, browser, server, { path: "/paid", forcedColors: "active" });
    const colorOf = (testId) => storyboard.get(testId).evaluate((button) => getComputedStyle(button).color);
    const gray = await storyboard.page.locator("body").evaluate((body) => {
      body.style.color = "GrayText";
      return getComputedStyle(body).color;
    });
    assert.equal(await colorOf("stop-charges"), gray);
    assert.notEqual(await colorOf("run-charges"), gray);
  });

  test("a button that goes away with its press leaves the focus in its place", async (t) => {
    const server = await startServer(t);
    server.lab.hold("audio");
    const storyboard = await openStoryboard(t, browser, server);
    await storyboard.press("generate");
    await storyboard.reaches("audio");
    await storyboard.get("cancel").focus();
    await storyboard.page.keyboard.press("Enter");
    await storyboard.reaches("cancelled");
    assert.equal(await storyboard.page.evaluate(() => document.activeElement?.localName), "h2");
    await tabTo(storyboard.page, "resume");
  });

  test("the end is announced, the bar tells its value, and every control and picture has a name", async (t) => {
    const storyboard = await openStoryboard(t, browser, await startServer(t));
    const region = storyboard.page.locator('[role="status"][aria-live="polite"]');
    assert.equal(await region.textContent(), "");
    const bar = storyboard.page.getByRole("region", { name: "Progress", exact: true }).getByRole("progressbar");
    const values = () =>
      bar.evaluate((element) =>
        ["aria-valuemin", "aria-valuenow", "aria-valuemax"].map((name) => element.getAttribute(name)),
      );
    assert.deepEqual(await values(), ["0", "0", "100"]);
    await storyboard.write(SHORT_STORY);
    const scenes = await storyboard.complete();
    await region.getByText(`The storyboard is complete: ${scenes} scenes.`).waitFor();
    assert.deepEqual(await values(), ["0", "100", "100"]);
    assert.match(await bar.getAttribute("aria-valuetext"), /^Complete, 100 %\. \d+ of \d+ pieces done$/);

    await storyboard.page.getByText("Individual faults").click();
    await assertNamed(storyboard.page, 3 * scenes);
    for (const { link, button, buttons } of OTHERS) {
      await storyboard.page.getByRole("link", { name: link, exact: true }).click();
      await storyboard.get(button).waitFor();
      await assertNamed(storyboard.page, buttons);
    }
  });

  /** As the browser tells it to a screen reader. */
  async function assertNamed(page, leastButtons) {
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const roles = [
      "button",
      "link",
      "textbox",
      "combobox",
      "slider",
      "progressbar",
      "image",
      "img",
      "heading",
      "navigation",
    ];
    const found = nodes
      .filter(({ ignored, role }) => !ignored && roles.includes(role?.value))
      .map(({ role, name }) => `${role.value}: ${name?.value ?? ""}`.trim());
    const buttons = found.filter((control) => control.startsWith("button"));
    assert.ok(buttons.length >= leastButtons, found.join("\n"));
    assert.equal(new Set(buttons).size, buttons.length, "two buttons have the same name");
    assert.deepEqual(
      found.filter((control) => control.endsWith(":")),
      [],
    );
  }

  test("a page of 390 pixels has nothing beside it, before, during and after", async (t) => {
    const storyboard = await openStoryboard(t, browser, await startServer(t), PHONE);
    const assertFits = async (when) => {
      const { wide, widest } = await storyboard.page.evaluate(() => {
        const sticksOut = [...document.querySelectorAll("body *")].find(
          (element) =>
            element.getBoundingClientRect().right > 391 && !element.closest(".scroll, .sluicegate-scroll, pre"),
        );
        return {
          wide: document.documentElement.scrollWidth,
          widest: /** @type {any} */ (sticksOut?.cloneNode())?.outerHTML,
        };
      });
      assert.ok(wide <= 390 && widest === undefined, `${when} it is ${wide} pixels wide, because of ${widest}`);
    };
    await assertFits("before");
    await storyboard.get("fault-preset-hardest").click();
    await storyboard.press("generate");
    await storyboard.reaches("audio");
    await assertFits("during");
    await storyboard.get("fault-preset-calm").click();
    await storyboard.reaches("complete");
    await storyboard.page.getByText("Individual faults").click();
    await assertFits("after");
    await storyboard.get("timeline").locator("summary").first().click();
    await storyboard.get("timeline").locator("tbody tr").first().waitFor();
    await assertFits("with the list of calls");
    for (const { link, button } of OTHERS) {
      await storyboard.page.getByRole("link", { name: link, exact: true }).click();
      await storyboard.get(button).waitFor();
      await assertFits(`on the page ${link}`);
    }
    storyboard.assertNoComplaints();
  });

  test("it can be read in the light and in the dark scheme", async (t) => {
    const storyboard = await openStoryboard(t, browser, await startServer(t));
    await storyboard.write(SHORT_STORY);
    const scenes = await storyboard.complete();
    await assertWhole(storyboard, scenes);
    for (const link of ["Storyboard", ...OTHERS.map((other) => other.link)]) {
      await storyboard.page.getByRole("link", { name: link, exact: true }).click();
      for (const colorScheme of ["light", "dark"]) {
        await storyboard.page.emulateMedia({ colorScheme });
        const { dark, texts, faint } = await storyboard.page.evaluate(contrasts);
        assert.deepEqual([dark, faint], [colorScheme === "dark", []], `${link} ${colorScheme}`);
        assert.ok(texts > 15, `${texts} texts were looked at`);
      }
    }
    storyboard.assertNoComplaints();
  });
});

/**
 * Runs in the page: whether its ground is dark, and the texts that stand out from what is behind them by less than 4.5.
 */
function contrasts() {
  const canvas = /** @type {CanvasRenderingContext2D} */ (
    document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  );
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  let texts = 0;
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes]
      .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
      .map(({ nodeValue }) => String(nodeValue).trim())
      .join("");
    if (
      text === "" ||
      element.closest("svg, option, .visually-hidden, .skip-link, :disabled, .picture") ||
      !element.checkVisibility()
    )
      continue;
    const [light, dark] = [luminance(rgb(getComputedStyle(element).color)), luminance(behind(element))].sort(
      (a, b) => b - a,
    );
    texts += 1;
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) faint.push(`${text.slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return { dark: luminance(behind(document.body)) < 0.2, texts, faint };
}
