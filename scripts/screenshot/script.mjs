/**
 * Ten minutes of video among faults: the second batch is kept but for one scene, which the server refuses.
 * @param {import('playwright-core').Page} page
 * @param {string} url
 * @param {import('@sluicegate/fault-server/lab').Lab} lab
 * @param {(page: import('playwright-core').Page, name: string) => Promise<void>} shoot
 */
export async function draw(page, url, lab, shoot) {
  await page.goto(`${url}/script?pace=0.1`);
  lab.reset({ credits: 1000 });
  await page.getByTestId("fault-preset-hard").click();
  lab.faults = { preset: "hard", slow: 0 };
  await page.getByTestId("refused").selectOption("8");
  await page.getByTestId("start").click();
  await page.getByTestId("item-8").and(page.locator('[data-status="rejected"]')).waitFor();
  await page.locator("main:not(:has(.item.running))").waitFor();
  await shoot(page, "script");
  await page.getByTestId("refused").selectOption("");
}
