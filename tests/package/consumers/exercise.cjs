// Everything that the package does, against a backend; the same for every way in which it can be loaded.

module.exports = async function exercise(sluicegate, backend) {
  const {
    HttpError,
    RetryError,
    ContinuationError,
    callPhase,
    processPhase,
    processWithConcurrency,
    retry,
    settleWithConcurrency,
  } = sluicegate;
  const report = {
    exports: Object.keys(sluicegate)
      .filter((name) => name !== "default")
      .sort(),
  };

  let running = 0;
  let most = 0;
  report.processed = await processWithConcurrency([3, 1, 2], 2, async (number, index) => {
    most = Math.max(most, ++running);
    const { echo } = await callPhase(`${backend}/echo`, { number, index });
    running--;
    return echo.number * 10 + echo.index;
  });
  report.most = most;

  const aborter = new AbortController();
  const reason = new Error("enough");
  let attemptSaw;
  const settled = await settleWithConcurrency(
    ["a", "b", "c"],
    1,
    async (letter, index, { signal }) => {
      if (index === 0) return letter;
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      aborter.abort(reason);
      await aborted;
      attemptSaw = signal.reason;
    },
    { signal: aborter.signal, onCancel: "abort" },
  );
  report.settled = {
    status: settled.status,
    values: settled.values,
    outcomes: settled.outcomes.map(({ status, started }) =>
      status === "cancelled" ? `${status}, ${started ? "started" : "not started"}` : status,
    ),
    reasonIsTheCallers:
      attemptSaw === reason && settled.outcomes.slice(1).every((outcome) => outcome.reason === reason),
  };

  const chunks = await processPhase(
    ({ startIndex, signal }) => callPhase(`${backend}/phase`, { startIndex }, { signal }),
    { stagger: 0 },
  );
  report.phase = chunks.map(({ numbers }) => numbers);

  const flaky = `${backend}/flaky/${crypto.randomUUID()}`;
  report.accepted = await callPhase(flaky, { after: "a refusal" }, { retry: { minDelay: 1 } });

  const attempts = [];
  report.retried = await retry(
    async ({ attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw Object.assign(new Error("busy"), { status: 503 });
      return "done";
    },
    { minDelay: 1 },
  );
  report.attempts = attempts;

  const missing = await callPhase(`${backend}/missing`, {}).catch((error) => error);
  const failed = await retry(() => Promise.reject(missing), {
    attempts: 2,
    minDelay: 1,
    classify: () => "retry",
  }).catch((error) => error);
  const stuck = await processPhase(() => callPhase(`${backend}/stuck`)).catch((error) => error);
  const known = (error, type) =>
    error instanceof type && error instanceof Error && error.constructor === type && [error.name, type.name];
  report.errors = [known(missing, HttpError), known(failed, RetryError), known(stuck, ContinuationError)];
  report.http = { status: missing.status, body: missing.body, type: missing.headers?.get("content-type") };
  report.retry = {
    attempts: failed.attempts,
    isAggregate: failed instanceof AggregateError,
    last: failed.cause === missing,
    all: failed.errors.length,
  };
  report.continuation = stuck.chunk;
  report.misuse = await processWithConcurrency([1], "2", async () => {}).catch((error) => [
    error instanceof TypeError,
    error.message,
  ]);
  return report;
};
