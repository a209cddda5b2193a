// Writes a project that depends on the tarball and, if a version is given, on a React of that version (an empty one:
// only the version matters to the package manager).
import { mkdirSync, writeFileSync } from "node:fs";

const [tarball, version] = process.argv.slice(2);
const write = (file, value) => writeFileSync(file, JSON.stringify(value));
const dependencies = { sluicegate: `file:${tarball}`, ...(version && { react: `file:./react-${version}.tgz` }) };
write("package.json", { name: "consumer", private: true, type: "module", dependencies });
if (version) {
  mkdirSync("react", { recursive: true });
  write("react/package.json", { name: "react", version });
}
// Yarn takes the next folder above with such a file for the project.
writeFileSync("yarn.lock", "");
writeFileSync(".yarnrc.yml", "nodeLinker: pnp\nenableTelemetry: false\n");
