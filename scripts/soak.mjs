// npm run soak: random runs in three engines, whose pages are reloaded, crashed and closed, for five minutes.
// `-- --minutes 1 --browsers chromium,firefox,webkit --seed 7`; `--only 12` replays one scenario of a seed.
import { parseArgs } from "node:util";
import { buildPackage } from "./app.mjs";
import { endWithSignals } from "./child.mjs";
import { setup } from "./setup.mjs";
import { main } from "./step.mjs";

const BROWSERS = /** @type {const} */ (["chromium", "firefox", "webkit"]);

await main(async () => {
  endWithSignals();
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "5" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      browsers: { type: "string", default: BROWSERS.join() },
      only: { type: "string" },
    },
  });
  const browsers = BROWSERS.filter((name) => values.browsers.split(",").includes(name));
  const { env } = await setup({ browsers: true });
  await buildPackage(env);
  // Imported here, because set-up installs what it needs.
  const { soak } = await import("../tests/soak/soak.mjs");
  const able = browsers.filter((name) => name !== "webkit" || env.WEBKIT_DRIVER);
  console.log(`Seed ${values.seed}, ${values.minutes} minutes, ${able.join(", ")}`);
  const only = values.only === undefined ? {} : { only: Number(values.only) };
  const figures = await soak({
    seed: values.seed,
    milliseconds: Number(values.minutes) * 60_000,
    browsers: able,
    env,
    ...only,
  });
  show(figures, values.seed);
  process.exitCode = Object.values(figures).some(({ problems }) => problems.length > 0) ? 1 : 0;
});

function show(figures, seed) {
  for (const [name, { runs, calls, faults, lost, doubled, unhandled, acts }] of Object.entries(figures)) {
    const done = Object.entries(acts).map(([kind, count]) => `${kind} ${count}`);
    console.log(`\n${name}: runs ${runs}, calls ${calls}, faults ${faults}; ${done.join(", ")}`);
    console.log(`  lost ${lost}, double ${doubled}, unhandled rejections ${unhandled}`);
  }
  for (const [name, { problems }] of Object.entries(figures)) {
    for (const problem of problems) console.error(`\n${name}, seed ${seed}: ${problem}`);
  }
}
