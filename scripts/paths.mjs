// The folders that scripts and tests use.

import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Temporary files of this clone: stamps, and files of one run. */
export const scratch = join(root, ".setup");

/** Files that all clones share: compiled tools. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sluicegate");

/** The executable of an installed npm package. */
export const nodeBin = (name) =>
  join(root, "node_modules", ".bin", process.platform === "win32" ? `${name}.cmd` : name);
