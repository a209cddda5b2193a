// Work that goes on for long in one page: many runs, and one run of many items. Nothing of it may stay.

const PATIENT = { attempts: 3, minDelay: 0, jitter: 0 };
const busy = () => Object.assign(new Error("busy"), { status: 503 });
const items = [0, 1, 2, 3];

/** A task of which one attempt in eight is refused. */
function flaky() {
  let calls = 0;
  return (item) => {
    if (++calls % 8 === 0) throw busy();
    return item;
  };
}

/** The runs of all modes, each with what it leaves behind most easily: retries, signals, journals, watchers. */
const modes = {
  pool: ({ startRun }, options) => startRun(items, flaky(), { concurrency: 2, retry: PATIENT, ...options }),
  batches: ({ startBatches }, options) => startBatches(items, 2, flaky(), { retry: PATIENT, ...options }),
  inOrder: ({ startInOrder }, options) =>
    startInOrder(items, {
      prepare: flaky(),
      commit: async (value, _, carry) => ({ value, carry: carry + 1 }),
      carry: 0,
      retry: PATIENT,
      ...options,
    }),
  phase: ({ startPhase }, options) =>
    startPhase(({ startIndex }) => ({ hasMore: startIndex < 3, nextStartIndex: startIndex + 1 }), {
      stagger: 0,
      retry: PATIENT,
      ...options,
    }),
  pipeline: ({ startPipeline, startRun }, { limiter, ...options }) =>
    startPipeline(
      [
        { name: "script", run: (_, { step }) => step("write", () => "script") },
        {
          name: "images",
          run: (_, { signal, journal }) =>
            startRun(items, (item) => item, { concurrency: 2, signal, limiter, journal }).values,
        },
      ],
      options,
    ),
  cancelled: ({ startRun }, options) => {
    const hangs = (_, __, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const run = startRun(items, hangs, { concurrency: 2, onCancel: "abort", timeout: 60_000, ...options });
    setTimeout(() => run.cancel());
    return run;
  },
};

/** Makes runs one after the other, on one signal and in one limiter. */
export async function manyRuns(sluicegate, { memoryJournal }, { count, signal, limiter, journalOf = memoryJournal }) {
  const names = Object.keys(modes);
  for (let made = 0; made < count; made++) {
    const name = names[made % names.length];
    const isStored = made % 4 === 0;
    const journal = isStored ? journalOf(`growth-${made}`) : undefined;
    const run = modes[name](sluicegate, { signal, limiter, ...(journal && { journal }) });
    const stop = run.subscribe(() => run.snapshot);
    await run.finished;
    stop();
    await journal?.clear();
  }
  const poll = { done: (asked) => asked === 3, interval: 0, signal };
  let asked = 0;
  await sluicegate.pollUntil(() => ++asked, poll);
}

/** Adds items to one open run, and removes each when it is done. Returns how many were made. */
export async function manyItems(
  { startRun },
  { count, signal, onMade = /** @type {(made: number) => unknown} */ (() => {}) },
) {
  const task = flaky();
  const run = startRun([], task, { concurrency: 5, open: true, signal, retry: PATIENT, key: (item) => `item ${item}` });
  run.subscribe(() => {});
  let made = 0;
  for (let added = 0; added < count; added += 100) {
    const more = Array.from({ length: 100 }, (_, at) => added + at);
    run.add(more);
    await Promise.all(more.map((item) => run.settled(`item ${item}`)));
    for (const item of more) run.remove(`item ${item}`);
    made += more.length;
    await onMade(made);
  }
  run.end();
  await run.finished;
  return made;
}

// ── what must not grow ──

/** Counts the timers that have neither fired nor been cleared, from now on. Call it before the package is imported. */
export function watchTimers() {
  const open = new Set();
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = /** @type {any} */ (
    (/** @type {any} */ act, ...rest) => {
      const timer = setTimeout(() => (open.delete(timer), act()), ...rest);
      open.add(timer);
      return timer;
    }
  );
  globalThis.clearTimeout = (timer) => (open.delete(timer), clearTimeout(timer));
  return () => open.size;
}

/** Returns the bytes of all memories of WebAssembly from now on. Call it before the package is imported. */
export function watchMemories() {
  const memories = new Set();
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(module, imports) {
      super(module, imports);
      for (const value of Object.values(this.exports)) if (value instanceof WebAssembly.Memory) memories.add(value);
    }
  };
  return () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}

/** Counts the listeners of a signal, from now on. */
export function watchListeners(signal) {
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given) => (listeners++, addEventListener.apply(signal, given));
  signal.removeEventListener = (...given) => (listeners--, removeEventListener.apply(signal, given));
  return () => listeners;
}
