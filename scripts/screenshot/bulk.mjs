/** Previews among faults, one of which the provider refuses; then animations, given up while they were being made. */
export async function draw(page, url, lab, shoot) {
  await page.goto(`${url}/bulk`);
  await page.getByTestId("fault-preset-hard").click();
  await page.getByTestId("forbidden").check();
  await page.getByTestId("start").click();
  await page.locator('[data-status="partial"]').first().waitFor();
  await page.getByTestId("kind-animation").check();
  await page.getByTestId("start").click();
  await page.locator(".item.fulfilled").nth(1).waitFor();
  // Waits for two animations that are polled: a cancel gives those up. The adaptive limit is never lower than two.
  await page.locator(".item.running").nth(1).waitFor();
  await page.getByTestId("cancel").click();
  await page.getByTestId("kept").waitFor();
  await page.locator(".item img").evaluateAll((images) => Promise.all(images.map((image) => image.decode())));
  await shoot(page, "bulk");
}
