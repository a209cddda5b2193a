import { type PastStatus, useHistory } from "./history";

const words: Readonly<Record<PastStatus, string>> = {
  unfinished: "Not finished",
  partial: "Partial",
  completed: "Complete",
};

/** Lists the runs of a page that this browser has made. */
export function PastRuns({ page, pieces }: { page: string; pieces: string }) {
  const runs = useHistory(page);
  if (runs.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="history-heading">
      <h2 id="history-heading">Past runs</h2>
      <div className="scroll" tabIndex={0} role="group" aria-labelledby="history-heading">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Started</th>
              <th scope="col">Title</th>
              <th scope="col">State</th>
              <th scope="col">{pieces.replace(/^./, (letter) => letter.toUpperCase())}</th>
              <th scope="col">Credits</th>
            </tr>
          </thead>
          <tbody data-testid="history">
            {runs.map(({ id, startedAt, title, status, done, total, credits }) => (
              <tr key={id}>
                <td>{new Date(startedAt).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" })}</td>
                <th scope="row" dir="auto">
                  {title}
                </th>
                <td>{words[status]}</td>
                <td>{`${done} of ${total}`}</td>
                <td>{credits}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
