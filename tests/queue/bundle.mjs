// Modules of src/ for tests, as they are bundled.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { root, scratch } from "../../scripts/paths.mjs";

/** Returns a module of src/. */
export async function imported(path) {
  const build = await rolldown({ input: join(root, path), external: ["node:v8"], logLevel: "warn" });
  const file = join(scratch, "queue", path.replace(/\W/g, "-").replace(/-ts$/, ".mjs"));
  await build.write({ file, format: "es" });
  await build.close();
  return import(pathToFileURL(file).href);
}
