// A page whose policy forbids WebAssembly: a call rejects and a handle is refused, and both say what to do.
import { processWithConcurrency, startRun } from "sluicegate";
import { show } from "./show.js";

const saysWhat = (error) => /needs 'wasm-unsafe-eval' in its script-src/.test(error.message);

async function refusals() {
  const rejected = await processWithConcurrency([1], 1, () => 1).then(() => false, saysWhat);
  try {
    startRun([1], () => 1, { concurrency: 1 });
    return { says: [rejected, false] };
  } catch (error) {
    return { says: [rejected, saysWhat(error)] };
  }
}

show(refusals());
