// Runs whose timers, listeners and messages could outlive them, loaded as told.

const loaded = process.argv[2] === "import" ? import("sluicegate") : Promise.resolve(require("sluicegate"));
const MINUTE = 60_000;

loaded.then(async ({ processWithConcurrency, settleWithConcurrency, processPhase, retry, callPhase }) => {
  const { signal } = new AbortController();
  const fetch = async () => new Response('{"ok":true}');
  const done = {
    timeout: await processWithConcurrency([1], 1, async (n) => n, { timeout: MINUTE, signal }),
    stagger: await processWithConcurrency([1], 1, (n) => n, { stagger: MINUTE }),
    retry: await retry(() => 1, { minDelay: MINUTE }, { timeout: MINUTE }),
    phase: (await processPhase(() => ({ hasMore: false }), { timeout: MINUTE, stagger: MINUTE })).length,
    call: await callPhase("http://localhost/", {}, { fetch, timeout: MINUTE }),
    // Beyond the number of starts after which the page gets a turn, by a message.
    many: (await processWithConcurrency(Array.from({ length: 50_000 }), Infinity, () => 1)).length,
  };
  const aborter = new AbortController();
  const refuse = () => {
    // Comes when the run waits: for its second attempt, and between its items.
    setImmediate(() => aborter.abort());
    throw Object.assign(new Error("busy"), { status: 503 });
  };
  const cancelled = await settleWithConcurrency([1, 2], 2, refuse, {
    signal: aborter.signal,
    stagger: MINUTE,
    retry: { minDelay: MINUTE },
  });
  done.cancelled = [
    cancelled.status,
    cancelled.outcomes.map((outcome) => outcome.status === "cancelled" && outcome.started),
  ];
  console.log(JSON.stringify(done));
});
