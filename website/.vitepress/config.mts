// The documentation site. scripts/docs.mjs writes its pages into .pages/: the guide, and the API from the docstrings.

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const SOURCES = "https://github.com/sluicegate/sluicegate/blob/main/docs/";

const START = ["quick-start", "live"];
const GUIDE = [
  ["Runs", "runs"],
  ["Phases and pipelines", "phases"],
  ["Calls", "calls"],
  ["Errors and retries", "errors"],
  ["Polls and jobs", "polls-and-jobs"],
  ["Paid once", "paid-once"],
  ["Resuming", "resuming"],
  ["Runs on a server", "server"],
  ["On BullMQ and Redis", "queue"],
  ["Cancelling and credits", "cancelling"],
  ["Limits", "limits"],
  ["Dependencies", "dependencies"],
  ["Why is it waiting", "waiting"],
  ["React", "react"],
  ["Environments", "environments"],
  ["Testing", "testing"],
  ["Performance", "performance"],
  ["Recipes", "recipes"],
  ["Migrating", "migrating"],
  ["From the AI SDK", "ai-sdk"],
];
const KINDS = ["functions", "classes", "variables", "interfaces", "type-aliases"];

function apiSidebar() {
  const modules = ["index", "react", "react-devtools", "journal", "server", "remote", "bullmq", "tabs", "testing"];
  return modules.flatMap((module) =>
    KINDS.flatMap((kind) => {
      const names = namesIn(path(`../.pages/api/${module}/${kind}`));
      if (names.length === 0) return [];
      const from = module === "index" ? "" : `, ${module}`;
      const items = names.map((name) => ({ text: name, link: `/api/${module}/${kind}/${name}` }));
      return [{ text: `${kind.replace("-", " ")}${from}`, items }];
    }),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => name.replace(/\.md$/, ""));
  } catch {
    return [];
  }
}

const guide = [
  {
    text: "Start",
    items: [
      { text: "Quick start", link: `/guide/${START[0]}` },
      { text: "Live examples", link: `/${START[1]}` },
    ],
  },
  { text: "Guide", items: GUIDE.map(([text, name]) => ({ text, link: `/guide/${name}` })) },
];

export default defineConfig({
  title: "sluicegate",
  description: "Runs AI generation pipelines from the browser: bounded, staggered, retried, cancellable, paid once.",
  base: "/docs/",
  srcDir: ".pages",
  lang: "en-US",
  metaChunk: true,
  head: [["link", { rel: "icon", href: "/docs/favicon.svg" }]],
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Quick start", link: "/guide/quick-start" },
      { text: "Live", link: "/live" },
      { text: "API", link: "/api/" },
    ],
    sidebar: { "/api/": apiSidebar(), "/": guide },
  },
  markdown: {
    // The usual themes have too little contrast.
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config(md) {
      // Links to files that are no pages lead to the repository.
      const open = md.renderer.rules.link_open;
      md.renderer.rules.link_open = (tokens, at, options, env, self) => {
        const href = tokens[at]?.attrGet("href") ?? "";
        const outside = /^\.\.\/([\w./-]+\.(?:json|mjs|ts|tsx))$/.exec(href)?.[1];
        if (outside) tokens[at]?.attrSet("href", SOURCES + outside);
        return open ? open(tokens, at, options, env, self) : self.renderToken(tokens, at, options);
      };
    },
  },
  vite: {
    esbuild: { jsx: "automatic" },
    resolve: {
      alias: [
        { find: /^sluicegate$/, replacement: path("../../dist/index.js") },
        { find: /^sluicegate\/react$/, replacement: path("../../dist/react.js") },
        { find: /^sluicegate\/react\/devtools$/, replacement: path("../../dist/react-devtools.js") },
      ],
      dedupe: ["react", "react-dom"],
    },
    build: { chunkSizeWarningLimit: 2_000 },
  },
});
