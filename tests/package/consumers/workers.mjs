// Nothing here ends the workers: they end by themselves, or this program does not.

import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

if (isMainThread) {
  const file = new URL(import.meta.url);
  const workers = [1, 2].map(() => new Worker(file, { workerData: process.argv[2] }));
  const reports = await Promise.all(
    workers.map(async (worker) => {
      const ended = once(worker, "exit");
      const [report] = await once(worker, "message");
      const [code] = await ended;
      return { report, code };
    }),
  );
  console.log(JSON.stringify(reports));
} else {
  const sluicegate = await import("sluicegate");
  const { default: exercise } = await import("./exercise.cjs");
  parentPort?.postMessage(await exercise(sluicegate, workerData));
}
