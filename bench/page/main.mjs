// The functions that the measurements call in the page, by name.
import { memoryBegin, memoryFinish, memoryForget, memoryPrepare, wasmMemory } from "./memory.mjs";
import { meetOthers, overhead } from "./overhead.mjs";
import { schedule } from "./schedule.mjs";

globalThis.bench = {
  memoryBegin,
  memoryFinish,
  memoryForget,
  memoryPrepare,
  meetOthers,
  overhead,
  schedule,
  wasmMemory,
};
