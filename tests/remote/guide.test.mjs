// The server of docs/guide/server.md runs as it is written there, but for its port, beside a provider that is a stub.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { startRemote } from "../../dist/remote.js";
import { freePort } from "../../scripts/free-port.mjs";
import { scenes, test, until } from "./lab.mjs";

const guide = readFileSync(new URL("../../docs/guide/server.md", import.meta.url), "utf8");
/** Where the packages of the example are found, and git does not look. */
const folder = fileURLToPath(new URL("node_modules/.guide/", import.meta.url));
const PROVIDER = 'globalThis.fetch = async (url) => Response.json({ url: new URL(url).host + "/1.png" });';

/** Returns the example that begins with the name of this file. */
function fileOf(name) {
  const code = new RegExp(`^\`\`\`ts[ \\w-]*\\n// ${name}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(guide)?.[1];
  assert.ok(code, `the guide shows ${name}`);
  return code;
}

test("the server of the guide serves a run to who has a session, and to nobody else", async (t) => {
  const port = await freePort();
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}runs.ts`, fileOf("runs.ts"));
  writeFileSync(
    `${folder}server.ts`,
    fileOf("server.ts").replace("port: 3000", `port: ${port}, hostname: "127.0.0.1"`),
  );
  writeFileSync(`${folder}provider.mjs`, PROVIDER);
  const bundle = await rolldown({ input: `${folder}server.ts`, external: /^[^./]/, platform: "node" });
  await bundle.write({ file: `${folder}server.mjs` });
  const child = spawn(process.execPath, ["--import", `${folder}provider.mjs`, `${folder}server.mjs`], {
    stdio: "inherit",
  });
  const ended = once(child, "exit");
  t.after(async () => {
    child.kill();
    await ended;
  });
  const address = `http://127.0.0.1:${port}/api/runs`;
  await until(() =>
    fetch(address).then(
      () => true,
      () => false,
    ),
  );

  const run = startRemote(address, "storyboard", scenes(2), { headers: { cookie: "session=1" } });
  t.after(() => run.close());
  const pictures = [{ url: "provider.example/1.png" }, { url: "provider.example/1.png" }];
  assert.deepEqual((await run.finished).values, pictures);
  assert.equal((await fetch(await run.url)).status, 401);
});
