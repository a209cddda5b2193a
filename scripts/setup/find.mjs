// Finds programs on the PATH, and names the system.

import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** The first of `names` that is an executable file on the PATH. */
export function which(...names) {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat", ""] : [""];
  for (const name of names) {
    const places = isAbsolute(name) ? [""] : (process.env.PATH ?? "").split(delimiter).filter(Boolean);
    for (const place of places) {
      for (const ending of endings) {
        const path = join(place, name + ending);
        if (isExecutable(path)) return path;
      }
    }
  }
  return undefined;
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Which set of instructions and which package manager apply here. */
export function system() {
  if (process.platform === "darwin") return "macos";
  if (process.platform === "win32") return "windows";
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const id = /^ID="?([^"\n]*)/m.exec(release)?.[1];
  const like = /^ID_LIKE="?([^"\n]*)/m.exec(release)?.[1] ?? "";
  if (id === "debian") return "debian";
  // Ubuntu's browsers are snaps and it has no chromium-driver: what is right for Debian is wrong there.
  if (id === "ubuntu" || like.includes("ubuntu")) return "ubuntu";
  if (id === "fedora" || like.includes("fedora")) return "fedora";
  return "linux";
}
