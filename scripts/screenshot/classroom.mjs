/** Four contents at once among faults: some scenes done, one between its stages, others made ahead of their turn. */
export async function draw(page, url, lab, shoot) {
  lab.faults = { preset: "hard" };
  lab.reset({ credits: 1000 });
  await page.goto(`${url}/classroom`);
  await page.getByTestId("content-ahead").selectOption("4");
  await page.getByTestId("start").click();
  await page.locator('[data-testid="speech-sky-4"][data-state="done"]').waitFor();
  // As it stands: what is under way is drawn as such.
  await page.getByTestId("pause").click();
  await page.getByTestId("resume").waitFor();
  await shoot(page, "classroom");
  await page.getByTestId("cancel").click();
}
