// All scenarios, by their names.
import * as controls from "./controls.jsx";
import * as devtools from "./devtools.jsx";
import { sleep } from "./lab.jsx";
import * as life from "./life.jsx";
import * as remotes from "./remote.jsx";
import * as resumes from "./resume.jsx";
import * as starts from "./starts.jsx";
import * as views from "./views.jsx";

const scenarios = { ...starts, ...life, ...views, ...controls, ...devtools, ...remotes, ...resumes };

/** A run that never ends is a failure, and not a test that does not end either. */
async function giveUp(name) {
  await sleep(100_000);
  throw new Error(`${name} did not end`);
}

globalThis.play = (name, ...args) => Promise.race([scenarios[name](...args), giveUp(name)]);

/** What axe finds, as far as it can be sent. */
globalThis.findViolations = async () => {
  const { violations } = await globalThis.axe.run();
  return violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
};
