// The package as it is published: package.json without what only this repository needs, and a README whose links work
// on every site that shows it.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";

/** Fields of package.json that mean nothing to those who install the package. */
const OWN_FIELDS = ["workspaces", "scripts", "devDependencies"];

/**
 * The entry `sluicegate/react` for what does not read `exports`: Parcel by default, and TypeScript with
 * `moduleResolution: node10`.
 */
const REACT_STUB = {
  sideEffects: false,
  main: "../dist/react.cjs",
  module: "../dist/react.js",
  types: "../dist/react.d.cts",
};

const pretty = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** Returns the text of the published package.json. */
export function publishedManifest(text) {
  const manifest = JSON.parse(text);
  for (const field of OWN_FIELDS) delete manifest[field];
  return pretty(manifest);
}

/** Returns the published README: links and pictures of the repository by their addresses. */
export function publishedReadme(text, { repository }) {
  const home = repository.url.replace(/^git\+|\.git$/g, "");
  const raw = home.replace("github.com", "raw.githubusercontent.com");
  return text
    .replace(/(!\[[^\]]*\]\()(?!https?:|#)([^)]+\))/g, `$1${raw}/HEAD/$2`)
    .replace(/((?<!!)\[[^\]]*\]\()(?!https?:|#)([^)]+\))/g, `$1${home}/blob/HEAD/$2`);
}

/** The files that differ from those of the repository: path and text. */
export function publishedFiles() {
  const read = (name) => readFileSync(join(root, name), "utf8");
  const manifest = read("package.json");
  return {
    "package.json": publishedManifest(manifest),
    "README.md": publishedReadme(read("README.md"), JSON.parse(manifest)),
    "react/package.json": pretty(REACT_STUB),
  };
}

/** Writes the package as it is published into an empty folder. dist/ must be built. */
export function stage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "react"), { recursive: true });
  for (const name of ["dist", "LICENSE"]) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(publishedFiles())) writeFileSync(join(folder, name), text);
  return folder;
}
