// The table: every tool in which the packed package is tried, without any configuration for it.
import { engineRows } from "./rows/engines.mjs";
import { nextRows, routerRows } from "./rows/frameworks.mjs";
import { managerRows } from "./rows/managers.mjs";
import { pageRows } from "./rows/pages.mjs";
import { runnerRows } from "./rows/runners.mjs";
import { runtimeRows } from "./rows/runtimes.mjs";
import { typeRows } from "./rows/types.mjs";

export const rows = [
  ...pageRows,
  ...nextRows,
  ...routerRows,
  ...runtimeRows,
  ...runnerRows,
  ...managerRows,
  ...typeRows,
  ...engineRows,
];
