// The waits of the package under the fake timers of a test runner, whose defaults are used. `advance` lets time pass;
// `at` is the fake time.

const busy = () => Object.assign(new Error("busy"), { status: 503 });

/** Returns when each call was made. The first of them is the first call of the file, under fake timers. */
export async function waits({ pollUntil, processPhase, retry, settleWithConcurrency }, advance) {
  const times = { stagger: [], poll: [], phase: [], retry: [] };
  let began = Date.now();
  const note = (kind) => times[kind].push(Date.now() - began);
  const step = async (work, milliseconds) => {
    for (let passed = 0; passed < milliseconds; passed += 50) await advance(50);
    const result = await work;
    began = Date.now();
    return result;
  };
  const staggered = settleWithConcurrency([1, 2, 3], 3, () => note("stagger"), { stagger: 500 });
  await step(staggered, 1_500);
  const polled = pollUntil(() => note("poll"), {
    interval: 1_000,
    done: () => times.poll.length === 4,
    backoff: false,
  });
  await step(polled, 3_500);
  const phased = processPhase(
    ({ startIndex }) => (note("phase"), { hasMore: startIndex < 2, nextStartIndex: startIndex + 1 }),
    { stagger: 100 },
  );
  await step(phased, 500);
  const repeat = ({ attempt }) => (note("retry"), attempt < 3 ? Promise.reject(busy()) : "made");
  const retried = retry(repeat, { minDelay: 1_000, jitter: 0 });
  await step(retried, 3_500);
  const slow = settleWithConcurrency([1], 1, () => new Promise(() => {}), { timeout: 3_000 });
  const { outcomes } = await step(slow, 3_500);
  return { ...times, timedOut: outcomes[0].reason.name };
}

export const expectedWaits = {
  stagger: [0, 500, 1_000],
  poll: [0, 1_000, 2_000, 3_000],
  phase: [0, 100, 200],
  retry: [0, 1_000, 3_000],
  timedOut: "TimeoutError",
};
