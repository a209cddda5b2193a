import { Panel, Table } from "../ui";
import { useHistory } from "./history";
import { runLooks } from "./looks";

/** Lists the runs of a page that this browser has made. */
export function PastRuns({ page, pieces }: { page: string; pieces: string }) {
  const runs = useHistory(page);
  if (runs.length === 0) return null;
  return (
    <Panel title="Past runs">
      <Table
        label="Past runs"
        columns={["Started", "Title", "State", pieces.replace(/^./, (letter) => letter.toUpperCase()), "Credits"]}
        data-testid="history"
      >
        {runs.map(({ id, startedAt, title, status, done, total, credits }) => (
          <tr key={id}>
            <td>{new Date(startedAt).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" })}</td>
            <th scope="row" dir="auto">
              {title}
            </th>
            <td>{runLooks[status].text}</td>
            <td>{`${done} of ${total}`}</td>
            <td>{credits}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
