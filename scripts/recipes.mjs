// npm run recipes: writes the modules of the five systems into docs/guide/recipes.md, as they stand in www/.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./paths.mjs";

export const RECIPES = join(root, "docs", "guide", "recipes.md");
const [BEGIN, END] = ["<!-- recipes -->\n", "<!-- /recipes -->"];

const systems = [
  {
    name: "Bulk previews and animations",
    at: "/bulk",
    what: "Previews five at a time, animations three. Existing ones are skipped, each scene is refunded once, jobs are polled.",
    file: "www/src/bulk/pipeline.ts",
    picture: "bulk",
  },
  {
    name: "A script in batches",
    at: "/script",
    what: "75 scenes in batches, each given the scenes before it. A failed batch keeps what has been written.",
    file: "www/src/script/pipeline.ts",
    picture: "script",
  },
  {
    name: "The storyboard",
    at: "/",
    what: "Weighted phases in chunks, resumed where they failed, then two rounds for the pieces still missing.",
    file: "www/src/storyboard/pipeline.ts",
    picture: undefined,
  },
  {
    name: "A classroom",
    at: "/classroom",
    what: "Content is prepared ahead; actions and speech are committed in order. A failure pauses the lesson.",
    file: "www/src/classroom/pipeline.ts",
    picture: "classroom",
  },
  {
    name: "Images to videos",
    at: "/videos",
    what: "A pipeline defined in YAML: a picture, its panels, and a video of each panel.",
    file: "www/src/videos/pipeline.ts",
    picture: "videos",
  },
];

/** Returns the text of the page with the recipes as they are. @param {string} page */
export function withRecipes(page) {
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  if (from < BEGIN.length || to < from) throw new Error(`${RECIPES} has no ${BEGIN.trim()} … ${END}`);
  return `${page.slice(0, from)}\n${systems.map(recipe).join("\n")}\n${page.slice(to)}`;
}

function recipe({ name, at, what, file, picture }) {
  const source = readFileSync(join(root, file), "utf8").trim();
  const image = picture === undefined ? "" : `![${name}](../${picture}.png)\n\n`;
  return `## ${name} (\`${at}\`)\n\n${what}\n\n${image}<details><summary><code>${file}</code></summary>\n\n\`\`\`ts\n${source}\n\`\`\`\n\n</details>\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(RECIPES, withRecipes(readFileSync(RECIPES, "utf8")));
