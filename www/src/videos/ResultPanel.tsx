import { toFailure } from "recipes/shared/failure";
import { GenerationFailed, type Picture, type Video } from "recipes/videos/api";
import type { VideosResult } from "recipes/videos/result";
import { RetryError, type RunSnapshot } from "sluicegate";
import { Code, Panel, Table } from "../ui";

type Item = RunSnapshot<Video>["items"][number];

interface ResultPanelProps {
  readonly result: VideosResult;
  readonly items: readonly Item[];
  readonly picture: Picture | undefined;
}

/** The result as the pipeline knows it, and beside it what that leaves out: which image it was. */
export function ResultPanel({ result, items, picture }: ResultPanelProps) {
  return (
    <Panel title="Result">
      <p data-testid="credits">{sayCredits(result, items, picture)}</p>
      <Table
        label="Outcome of each image"
        columns={["Image", "Outcome", "Attempts", "Credits", "Output"]}
        data-testid="outcomes"
      >
        {items.map((item) => (
          <tr key={item.key} data-key={item.key} data-outcome={item.status}>
            <th scope="row">{item.key}</th>
            <td>{item.status}</td>
            <td>{"attempts" in item ? item.attempts : ""}</td>
            <td>{item.status === "fulfilled" ? item.value.cost_estimate : refundOf(item) > 0 ? "refunded" : ""}</td>
            <td>{whatItGave(item)}</td>
          </tr>
        ))}
      </Table>
      <h3>Return value</h3>
      <Code data-testid="result">{JSON.stringify(result, null, 2)}</Code>
    </Panel>
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
