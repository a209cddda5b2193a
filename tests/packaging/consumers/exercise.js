// What every consumer does with the package: a limited run, a call that is refused once with a 429, and a cancel.

/** Returns what `expected` in tests/packaging/expect.mjs has. `backend` is the address of the server. */
export async function exercise({ Limiter, callPhase, processWithConcurrency, startRun }, backend) {
  let present = 0;
  let most = 0;
  const limiter = new Limiter({ limit: 2 });
  const limited = await processWithConcurrency(
    [1, 2, 3, 4],
    4,
    async (item) => {
      most = Math.max(most, ++present);
      await new Promise((resolve) => setTimeout(resolve, 5));
      present--;
      return item * 2;
    },
    { limiter },
  );
  const retried = await callPhase(`${backend}/refused-once/${Math.random()}`, {}, { retry: { minDelay: 1 } });
  const untilAborted = (item, index, { signal }) =>
    index === 0 ? item : new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const run = startRun([1, 2, 3], untilAborted, { concurrency: 2, onCancel: "abort" });
  await run.settled("0");
  run.cancel();
  const { status, outcomes } = await run.finished;
  return { limited, most, retried, cancelled: [status, ...outcomes.map((outcome) => outcome.status)] };
}
