import { readFile } from "node:fs/promises";
import { init, processWithConcurrency } from "sluicegate";

const resolved = import.meta.resolve("sluicegate/sluicegate.wasm");
await init({ wasm: await readFile(new URL(resolved)) });
console.log(
  JSON.stringify({ file: resolved.split("/").at(-1), results: await processWithConcurrency([1, 2], 2, (n) => n * 2) }),
);
