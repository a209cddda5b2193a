// npm run screenshot: draws the pictures in docs/ from the storyboard as it is, with a run among faults and two
// comparisons. `-- videos why` draws only those of some pages.
import { mkdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { APP, buildApp, buildPackage } from "./app.mjs";
import { launchChromium } from "./browsers.mjs";
import { endWithSignals } from "./child.mjs";
import { root } from "./paths.mjs";
import { draw as drawBulk } from "./screenshot/bulk.mjs";
import { draw as drawClassroom } from "./screenshot/classroom.mjs";
import { draw as drawScript } from "./screenshot/script.mjs";
import { draw as drawVideos } from "./screenshot/videos.mjs";
import { setup } from "./setup.mjs";
import { main, StepError } from "./step.mjs";

const DOCS = join(root, "docs");
/** Fast enough not to bore, slow enough for bars that can be seen. */
const PACE = 0.5;
/** With these dice the first story meets some of every fault. */
const SEED = 173;
/** Made anew after the run, so that the lane of single pieces shows how many of them are made at once. */
const AGAIN = ["image-1", "image-2", "image-3", "audio-1", "audio-2", "audio-3", "audio-4"];
const LIMIT = 120_000;
const MOST_BYTES = 450_000;

const DESKTOP = { width: 1280, height: 960 };
const TALLER = { width: 1280, height: 1010 };
const TALLEST = { width: 1280, height: 1390 };
/** Fewer of its many drawings. */
const LOWER = { width: 1280, height: 820 };
const PHONE = { width: 390, height: 844 };

/** @type {Record<string, (page: import('playwright-core').Page, url: string, lab: any) => Promise<void>>} */
const PAGES = {
  storyboard: drawStoryboard,
  why: drawComparison,
  paid: drawCharges,
  bulk: system(drawBulk, TALLER),
  script: system(drawScript, TALLER),
  classroom: system(drawClassroom, TALLER),
  videos: system(drawVideos, LOWER),
};

main(async () => {
  endWithSignals();
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !Object.hasOwn(PAGES, name));
  if (unknown !== undefined)
    throw new StepError("Drawing pictures", {
      output: `There is no page "${unknown}". The pages are ${Object.keys(PAGES).join(", ")}.`,
    });
  const env = await setUpWithChromium();
  await buildPackage(env);
  await buildApp(env);
  mkdirSync(DOCS, { recursive: true });

  const { createGenerationServer } = await import("../www/server/index.mjs");
  const server = createGenerationServer({ staticDir: APP, pace: PACE, seed: SEED });
  const browser = await launchChromium({ env });
  try {
    const { url } = await server.listen(0);
    // Drawn without transitions, which would be caught on their way.
    const page = await browser.newPage({ viewport: DESKTOP, colorScheme: "light", reducedMotion: "reduce" });
    page.setDefaultTimeout(LIMIT);
    for (const name of names.length > 0 ? names : Object.keys(PAGES)) {
      server.lab.faults = { preset: "calm" };
      await PAGES[name](page, url, server.lab);
    }
  } finally {
    await browser.close();
    await server.close();
  }
});

/** Browsers are installed only if there is no Chromium yet. */
async function setUpWithChromium() {
  const { env } = await setup({ browsers: false });
  return env.CHROMIUM ? env : (await setup({ browsers: true })).env;
}

/** @param {(...given: any[]) => Promise<void>} drawSystem @param {import('playwright-core').ViewportSize} viewport */
function system(drawSystem, viewport) {
  return async (page, url, lab) => {
    await page.setViewportSize(viewport);
    await drawSystem(page, url, lab, drawWithFewerColours);
  };
}

/** One run, seen three ways. */
async function drawStoryboard(page, url, lab) {
  await page.setViewportSize(DESKTOP);
  await page.goto(`${url}/?backend=chunks`);
  await page.getByTestId("fault-preset-hardest").click();
  await page.getByTestId("generate").click();
  await page.locator('[data-status="script"]').waitFor();
  // One slow call would make all others too short to be told apart.
  lab.faults.slow = 0;
  await page.locator('[data-status="complete"]').waitFor();
  await page
    .locator(AGAIN.map((piece) => `[data-testid="regenerate-${piece}"]`).join())
    .evaluateAll((buttons) => buttons.forEach((button) => button.click()));
  await page.getByTestId("cancel").waitFor();
  await page.locator('[data-status="complete"]').waitFor();
  await page.locator(".scene img").evaluateAll((images) => Promise.all(images.map((image) => image.decode())));
  await page.evaluate(useFewerColours);

  await draw(page, "storyboard.png");
  await page.emulateMedia({ colorScheme: "dark" });
  await draw(page, "storyboard-dark.png");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(PHONE);
  await draw(page, "storyboard-phone.png", "[aria-label=Progress]");
}

/**
 * Runs in the page: the grain of its drawings is most of the size of a screenshot, and nobody misses most of its
 * colours.
 */
function useFewerColours() {
  const steps = Array.from({ length: 41 }, (_, step) => (step / 40).toFixed(4)).join(" ");
  const levels = ["R", "G", "B"]
    .map((channel) => `<feFunc${channel} type="discrete" tableValues="${steps}"/>`)
    .join("");
  const filter = `<filter id="fewer-colours" color-interpolation-filters="sRGB"><feComponentTransfer>${levels}</feComponentTransfer></filter>`;
  document.body.insertAdjacentHTML("beforeend", `<svg width="0" height="0" style="position: absolute">${filter}</svg>`);
  document.head.insertAdjacentHTML(
    "beforeend",
    "<style>:is(.scene, .item, [data-grid]) img { filter: url(#fewer-colours) }</style>",
  );
}

async function drawWithFewerColours(page, name) {
  await page.evaluate(useFewerColours);
  await draw(page, `${name}.png`);
}

async function drawComparison(page, url) {
  await page.setViewportSize(TALLER);
  await page.goto(`${url}/why`);
  await page.getByTestId("run-why").click();
  await page.getByTestId("why-verdict").getByRole("paragraph").waitFor();
  await draw(page, "why.png");
}

async function drawCharges(page, url) {
  await page.setViewportSize(TALLEST);
  await page.goto(`${url}/paid`);
  await page.getByTestId("run-charges").click();
  await page.getByTestId("charges-verdict").getByRole("paragraph").waitFor();
  await draw(page, "paid.png");
}

/** The page from its top, or from an element on. */
async function draw(page, name, from = "body") {
  const path = join(DOCS, name);
  await page.locator(from).evaluate((element) => {
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
    element.scrollIntoView();
    scrollBy(0, -12);
  });
  await page.screenshot({ path });
  const { size } = statSync(path);
  console.log(`  ${relative(root, path).padEnd(26)} ${(size / 1_000).toFixed(0).padStart(4)} kB`);
  if (size > MOST_BYTES)
    throw new StepError(`Drawing ${name}`, {
      output: `It has ${size} bytes, and should have no more than ${MOST_BYTES}.`,
    });
}
