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
  // What is given up is what is polled for: an order under way is let through. The limit adapts to no less than two.
  await page.locator(".item.running").nth(1).waitFor();
  await page.getByTestId("cancel").click();
  await page.getByTestId("kept").waitFor();
  await page.locator(".item img").evaluateAll((images) => Promise.all(images.map((image) => image.decode())));
  await shoot(page, "bulk");
}
