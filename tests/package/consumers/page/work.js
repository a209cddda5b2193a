import { callPhase, HttpError, processWithConcurrency, settleWithConcurrency } from "sluicegate";

export async function work() {
  let running = 0;
  let most = 0;
  const progress = [];
  const results = await processWithConcurrency(
    ["a", "b", "c"],
    2,
    async (letter, index, { attempt, signal }) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve));
      running--;
      return `${letter}${index}${attempt}${signal.aborted}`;
    },
    { onProgress: ({ completed, total }) => progress.push([completed, total]) },
  );

  const fetch = async () => Response.json({ error: "none" }, { status: 404 });
  const { status, error } = await settleWithConcurrency([1], 1, () => callPhase("/api", {}, { fetch }));
  const failure = error?.errors[0];
  return {
    results,
    most,
    last: progress.at(-1),
    status,
    failure: [failure instanceof HttpError, failure.name, failure.status],
  };
}
