// npm run docs: builds the documentation site into website/dist/. Its pages are the guide, and the API from the
// docstrings.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPackage } from "./app.mjs";
import { buildIfChanged } from "./inputs.mjs";
import { root } from "./paths.mjs";
import { setUpNodeModules } from "./setup/node-modules.mjs";
import { setup } from "./setup.mjs";
import { main, step } from "./step.mjs";

const WEBSITE = join(root, "website");
const PAGES = join(WEBSITE, ".pages");
const BIN = join(WEBSITE, "node_modules");
/** A mark of a code fence, for the tests of the examples. */
const MARK = /^(```\w+) (?:no-run|no-check)$/gm;
/** A link to a module of a recipe, on a line of its own. The site shows the module itself. */
const MODULE = /^\[(docs\/recipes\/[\w./-]+\.m?[jt]s)\]\(.*\)$/gm;
/** Types that pages of the API name and do not explain. Those of the platform are known. */
const NOT_EXPORTED = ["ItemOf", "modes.d.ts:Limiter", "WasmModule", "BufferSource", "URL", "Response"];

await main(async () => {
  const { env } = await setup({ browsers: false });
  await buildPackage(env);
  await setUpNodeModules(WEBSITE);
  const what = {
    name: "docs",
    inputs: ["website", "docs", "dist", "scripts/docs.mjs"],
    except: ["website/node_modules", "website/dist", "website/.pages", "website/.vitepress/cache"],
    output: "website/dist/index.html",
  };
  const isNew = await buildIfChanged(what, build);
  console.log(isNew ? "The site is in website/dist/; npm start serves it under /docs" : "website/dist/ is up to date");
});

/** Returns a link to a module, and its text to unfold. @param {string} link @param {string} file */
function withModule(link, file) {
  return `${link}\n\n::: details The module\n\`\`\`ts\n${readFileSync(join(root, file), "utf8").trim()}\n\`\`\`\n:::`;
}

async function build() {
  rmSync(PAGES, { recursive: true, force: true });
  mkdirSync(join(PAGES, "guide"), { recursive: true });
  cpSync(join(WEBSITE, "pages"), PAGES, { recursive: true });
  cpSync(join(WEBSITE, "public"), join(PAGES, "public"), { recursive: true });
  cpSync(join(root, "www", "public", "favicon.svg"), join(PAGES, "public", "favicon.svg"));
  for (const name of readdirSync(join(root, "docs")).filter((file) => file.endsWith(".png")))
    cpSync(join(root, "docs", name), join(PAGES, name));
  for (const name of readdirSync(join(root, "docs", "guide")))
    writeFileSync(
      join(PAGES, "guide", name),
      readFileSync(join(root, "docs", "guide", name), "utf8")
        .replace(MARK, "$1")
        .replace(MODULE, withModule),
    );
  const names = ["index", "react", "react-devtools", "journal", "server", "remote", "bullmq", "tabs", "testing"];
  const entries = names.map((name) => join(root, "dist", `${name}.d.ts`));
  const typedoc = [
    join(BIN, "typedoc", "bin", "typedoc"),
    ...entries,
    ...[
      "--tsconfig",
      join(WEBSITE, "tsconfig.json"),
      "--plugin",
      "typedoc-plugin-markdown",
      "--out",
      join(PAGES, "api"),
    ],
    ...["--readme", "none", "--entryFileName", "index", "--disableSources", "--hideBreadcrumbs", "--hidePageHeader"],
    ...["--skipErrorChecking", ...NOT_EXPORTED.flatMap((name) => ["--intentionallyNotExported", name])],
    ...["--treatWarningsAsErrors", "--name", "API", "--logLevel", "Warn"],
  ];
  await step("Writing the pages of the API", process.execPath, typedoc, { cwd: WEBSITE, timeout: 600 });
  const vitepress = [
    join(BIN, "vitepress", "bin", "vitepress.js"),
    "build",
    WEBSITE,
    "--outDir",
    join(WEBSITE, "dist"),
  ];
  await step("Building the site", process.execPath, vitepress, { cwd: WEBSITE, timeout: 600 });
}
