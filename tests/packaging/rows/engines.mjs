// Engines of workflows, whose workflows are the items of a run on a server.

/** @typedef {import('../run-row.mjs').Row} Row */

/** @type {Row[]} */
export const engineRows = [
  {
    name: "Workflow (Vercel), local world",
    family: "workflow",
    files: {
      "nitro.config.ts": "workflow/nitro.config.ts",
      "film.ts": "workflow/film.ts",
      "server/routes/films.post.ts": "workflow/routes/films.post.ts",
      "server/routes/film.get.ts": "workflow/routes/film.get.ts",
      "main.mjs": "workflow/main.mjs",
    },
    commands: [["nitro", "build"]],
    prints: ["node", "main.mjs"],
    expects: { values: ["/pictures/a.png", "/pictures/b.png", "/pictures/c.png"], drawn: ["a", "b", "c"] },
  },
];
