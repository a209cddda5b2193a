// The package as it is published: package.json without what only this repository needs, and a README whose links work
// on every site that shows it.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../paths.mjs";

/** Fields of package.json that mean nothing to those who install the package. */
const OWN_FIELDS = ["workspaces", "scripts", "devDependencies"];

/**
 * The entries for what does not read `exports`, with the names of their bundles: Parcel by default, and TypeScript with
 * `moduleResolution: node10`.
 */
const STUBS = {
  react: "react",
  "react/devtools": "react-devtools",
  journal: "journal",
  server: "server",
  remote: "remote",
  tabs: "tabs",
  testing: "testing",
  bullmq: "bullmq",
};

/** Returns the package.json of such an entry. */
function stub(entry, bundle) {
  const dist = `${entry.replace(/[^/]+/g, "..")}/dist/${bundle}`;
  return { sideEffects: false, main: `${dist}.cjs`, module: `${dist}.js`, types: `${dist}.d.cts` };
}

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
    ...Object.fromEntries(
      Object.entries(STUBS).map(([entry, bundle]) => [`${entry}/package.json`, pretty(stub(entry, bundle))]),
    ),
  };
}

/** Writes the package as it is published into an empty folder. dist/ must be built. */
export function stage(folder) {
  rmSync(folder, { recursive: true, force: true });
  for (const entry of Object.keys(STUBS)) mkdirSync(join(folder, entry), { recursive: true });
  for (const name of ["dist", "LICENSE"]) cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(publishedFiles())) writeFileSync(join(folder, name), text);
  return folder;
}
