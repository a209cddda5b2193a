import { toFailure } from "recipes/shared/failure";
import { GenerationFailed, type Picture, type Video } from "recipes/videos/api";
import type { VideosResult } from "recipes/videos/result";
import { RetryError, type RunSnapshot } from "sluicegate";

type Item = RunSnapshot<Video>["items"][number];

interface ResultPanelProps {
  readonly result: VideosResult;
  readonly items: readonly Item[];
  readonly picture: Picture | undefined;
}

/** The result as the pipeline knows it, and beside it what that leaves out: which image it was. */
export function ResultPanel({ result, items, picture }: ResultPanelProps) {
  return (
    <section className="panel" aria-labelledby="result-heading">
      <h2 id="result-heading">Result</h2>
      <p data-testid="credits">{sayCredits(result, items, picture)}</p>
      <div className="scroll" tabIndex={0} role="region" aria-label="Outcome of each image">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Image</th>
              <th scope="col">Outcome</th>
              <th scope="col">Attempts</th>
              <th scope="col">Credits</th>
              <th scope="col">Output</th>
            </tr>
          </thead>
          <tbody data-testid="outcomes">
            {items.map((item) => (
              <tr key={item.key} data-key={item.key} data-outcome={item.status}>
                <th scope="row">{item.key}</th>
                <td>{item.status}</td>
                <td>{"attempts" in item ? item.attempts : ""}</td>
                <td>{item.status === "fulfilled" ? item.value.cost_estimate : refundOf(item) > 0 ? "refunded" : ""}</td>
                <td>{whatItGave(item)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3>Return value</h3>
      <pre tabIndex={0}>
        <code data-testid="result">{JSON.stringify(result, null, 2)}</code>
      </pre>
    </section>
  );
}

function sayCredits({ cost, metadata }: VideosResult, items: readonly Item[], picture: Picture | undefined): string {
  const charged = cost + (picture?.cost_estimate ?? 0);
  const parts = [
    `${charged} credits for the image and ${metadata.videos_generated} of ${metadata.total_images} videos`,
  ];
  const refunded = items.reduce((sum, item) => sum + refundOf(item), 0);
  if (refunded > 0) parts.push(`${refunded} charged and refunded`);
  const inDoubt = items.filter((item) => item.status === "cancelled" && item.started).length;
  if (inDoubt > 0) parts.push(`${inDoubt} may have been charged before the cancel`);
  return parts.join(" · ");
}

function refundOf(item: Item): number {
  if (item.status !== "rejected") return 0;
  const reason: unknown = item.reason instanceof RetryError ? item.reason.cause : item.reason;
  return reason instanceof GenerationFailed ? reason.refunded : 0;
}

function whatItGave(item: Item): string {
  if (item.status === "fulfilled") return item.value.output_path;
  return item.status === "rejected" ? toFailure(item.reason).message : "";
}
