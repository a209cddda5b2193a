// A run on a server of this runtime, followed over HTTP: by Bun.serve, Deno.serve, or in Node without a network.
import { startRun } from "sluicegate";
import { memoryJournal } from "sluicegate/journal";
import { startRemote } from "sluicegate/remote";
import { serveRuns } from "sluicegate/server";

const runs = serveRuns({
  kinds: {
    squares: (numbers, { journal, signal }) => startRun(numbers, square, { concurrency: 2, journal, signal }),
  },
  journals: () => memoryJournal(),
  authorize: (request) => request.headers.get("x-user"),
  interval: 5,
});

async function square(number) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  if (number === 3) throw new RangeError("three");
  return number * number;
}

const { Bun, Deno } = globalThis;
const options = { headers: { "x-user": "ada" } };
let origin = "http://runs.test";
let stop = () => {};
if (Bun) {
  const server = Bun.serve({ port: 0, fetch: runs });
  origin = server.url.origin;
  stop = () => server.stop(true);
} else if (Deno) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, runs);
  origin = `http://127.0.0.1:${server.addr.port}`;
  stop = () => server.shutdown();
} else options.fetch = (url, init) => runs(new Request(url, init));

const run = startRemote(`${origin}/api/runs`, "squares", [1, 2, 3], options);
const { status, values, error } = await run.finished;
const again = await run.retry("0", { regenerate: true });
run.close();
await runs.close();
await stop();
console.log(
  JSON.stringify({ status, values, isRangeError: error.errors[0] instanceof RangeError, again: again.value }),
);
