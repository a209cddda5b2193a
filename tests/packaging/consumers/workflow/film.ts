import { appendFile } from "node:fs/promises";
import { createHook, sleep } from "workflow";

async function draw(scene: { id: string }) {
  "use step";
  await appendFile(process.env.DRAWN as string, `${scene.id}\n`);
  return `/pictures/${scene.id}.png`;
}

/** The key names the workflow while it runs: a second one under it gives the id of the first, and does nothing. */
export async function film(key: string, scene: { id: string }) {
  "use workflow";
  using claim = createHook({ token: key });
  const first = await claim.getConflict();
  if (first) return { sameAs: first.runId };
  const url = await draw(scene);
  await sleep("1s");
  return { url };
}
