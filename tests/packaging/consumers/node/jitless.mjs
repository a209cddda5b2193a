// Node without WebAssembly: a call rejects, a handle is refused, and nothing is left unhandled.
import { processWithConcurrency, startRun } from "sluicegate";

const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(String(error)));
const messages = [];
await processWithConcurrency([1], 1, () => 1).catch((error) => messages.push(error.message));
try {
  startRun([1], () => 1, { concurrency: 1 });
} catch (error) {
  messages.push(error.message);
}
await new Promise((resolve) => setTimeout(resolve, 50));
const says = "sluicegate cannot load its WebAssembly: this environment has no WebAssembly";
console.log(JSON.stringify({ says: messages.map((message) => message === says), unhandled }));
