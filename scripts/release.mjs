// Publishes the package as `stage` writes it, and tags the version: what Changesets calls when a version is new. Other
// arguments go to `npm publish`, such as --dry-run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./app.mjs";
import { ask } from "./child.mjs";
import { stage } from "./pack/published.mjs";
import { root, scratch } from "./paths.mjs";
import { setup } from "./setup.mjs";
import { main, step } from "./step.mjs";

const args = process.argv.slice(2);

await main(async () => {
  if (args.includes("--refuse")) {
    throw new Error("`npm publish` here would publish the files of the repository: use `npm run release`.");
  }
  const { env } = await setup({ browsers: false });
  await buildPackage(env);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // The workflow calls this after every merge.
  if (ask("npm", ["view", `sluicegate@${version}`, "version"])) return console.log(`${version} is published already.`);
  const folder = stage(join(scratch, "release"));
  await step("Publishing", "npm", ["publish", folder, ...args], { echo: true });
  if (!args.includes("--dry-run")) {
    await step("Tagging", process.execPath, ["scripts/changeset.mjs", "tag"], { echo: true });
  }
});
