// Makes `npm pack` in the repository pack what is published: `prepack` puts the published files in place of those of
// the repository, `postpack` takes them away again.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { publishedFiles } from "./pack/published.mjs";
import { root, scratch } from "./paths.mjs";

const kept = join(scratch, "pack");
const [when] = process.argv.slice(2);

// An interrupted pack has left its files.
restore();
if (when === "before") {
  mkdirSync(kept, { recursive: true });
  const files = publishedFiles();
  const before = Object.fromEntries(
    Object.keys(files).map((name) => [
      name,
      existsSync(join(root, name)) ? readFileSync(join(root, name), "utf8") : null,
    ]),
  );
  writeFileSync(join(kept, "before.json"), JSON.stringify(before));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

function restore() {
  const file = join(kept, "before.json");
  if (!existsSync(file)) return;
  for (const [name, text] of Object.entries(JSON.parse(readFileSync(file, "utf8")))) {
    if (text === null) rmSync(dirname(join(root, name)), { recursive: true, force: true });
    else writeFileSync(join(root, name), text);
  }
  rmSync(kept, { recursive: true, force: true });
}
