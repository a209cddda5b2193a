/**
 * Nine panels among faults, four videos at once: some made, some under way.
 * @param {import('playwright-core').Page} page
 * @param {string} url
 * @param {import('@sluicegate/fault-server/lab').Lab} lab
 * @param {(page: import('playwright-core').Page, name: string) => Promise<void>} shoot
 */
export async function draw(page, url, lab, shoot) {
  await page.goto(`${url}/videos`);
  lab.reset({ credits: 1000 });
  await page.getByTestId("fault-preset-hard").click();
  await page.getByTestId("example").selectOption("nine");
  await page
    .getByTestId("yaml")
    .fill((await page.getByTestId("yaml").inputValue()).replace('"Waves tower', '"Blood red waves tower'));
  await page.getByTestId("start").click();
  await page.locator(".item.rejected").waitFor();
  await page.locator(".item.fulfilled").nth(3).waitFor();
  await page.getByTestId("still").click();
  await page
    .locator("[data-grid] img")
    .evaluateAll((images) => Promise.all(images.map((image) => /** @type {HTMLImageElement} */ (image).decode())));
  await shoot(page, "videos");
}
