// npm run recipes: writes the modules of the five systems into the README, as they stand in www/.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./paths.mjs";

const README = join(root, "README.md");
const [BEGIN, END] = ["<!-- recipes -->\n", "<!-- /recipes -->"];

const systems = [
  {
    name: "Bulk previews and animations",
    at: "/bulk",
    what: "Five and three at once, what exists is passed over, each scene refunded once, replies polled for.",
    file: "www/src/bulk/pipeline.ts",
    picture: "bulk",
  },
  {
    name: "A script in batches",
    at: "/script",
    what: "75 scenes in batches that see the scenes before them; a failing batch keeps what is written.",
    file: "www/src/script/pipeline.ts",
    picture: "script",
  },
  {
    name: "The storyboard",
    at: "/",
    what: "Phases in chunks, weighted, resumed where they failed, and two rounds over what is missing.",
    file: "www/src/storyboard/pipeline.ts",
    picture: undefined,
  },
  {
    name: "A classroom",
    at: "/classroom",
    what: "Content ahead of its turn, actions and speech in order, paused by a failure.",
    file: "www/src/classroom/pipeline.ts",
    picture: "classroom",
  },
  {
    name: "Images to videos",
    at: "/videos",
    what: "A YAML pipeline: a picture, its panels, a video of each.",
    file: "www/src/videos/pipeline.ts",
    picture: "videos",
  },
];

/** The README with the recipes as they are. @param {string} readme */
export function withRecipes(readme) {
  const [from, to] = [readme.indexOf(BEGIN) + BEGIN.length, readme.indexOf(END)];
  if (from < BEGIN.length || to < from) throw new Error(`README.md has no ${BEGIN.trim()} … ${END}`);
  return `${readme.slice(0, from)}\n${systems.map(recipe).join("\n")}\n${readme.slice(to)}`;
}

function recipe({ name, at, what, file, picture }) {
  const source = readFileSync(join(root, file), "utf8").trim();
  const image = picture === undefined ? "" : `![${name}](docs/${picture}.png)\n\n`;
  return `### ${name} (\`${at}\`)\n\n${what}\n\n${image}<details><summary><code>${file}</code></summary>\n\n\`\`\`ts\n${source}\n\`\`\`\n\n</details>\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(README, withRecipes(readFileSync(README, "utf8")));
