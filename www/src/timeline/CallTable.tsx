import { useState } from "react";
import type { Attempt, Call, LaneNames } from "../calls";

interface CallTableProps {
  readonly calls: readonly Call[];
  readonly lanes: LaneNames;
  readonly now: number;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

export function sayResult({ result, status }: Attempt): string {
  if (result === "open") return "in flight";
  return status === undefined ? result : `${result}, ${status}`;
}

export function sayAttempt(attempt: Attempt, number: number, now: number): string {
  return `Attempt ${number}: ${sayResult(attempt)}, ${seconds((attempt.endedAt ?? now) - attempt.startedAt)}`;
}

/** The same calls for who cannot point at bars; drawn only when it is looked at. */
export function CallTable({ calls, lanes, now }: CallTableProps) {
  const [open, setOpen] = useState(false);
  const attempts = calls.reduce((sum, call) => sum + call.attempts.length, 0);
  return (
    <details className="call-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{`${calls.length} calls, ${attempts} attempts`}</summary>
      {open && (
        <div className="scroll" tabIndex={0} role="region" aria-label="List of calls">
          <table>
            <thead>
              <tr>
                <th scope="col">Call</th>
                <th scope="col">Phase</th>
                <th scope="col">Attempt</th>
                <th scope="col">Start</th>
                <th scope="col">Duration</th>
                <th scope="col">Result</th>
              </tr>
            </thead>
            <tbody>
              {calls.flatMap((call) =>
                call.attempts.map((attempt, n) => (
                  <tr key={`${call.id}.${n}`}>
                    <th scope="row">{call.label}</th>
                    <td>{lanes[call.lane]}</td>
                    <td>{n + 1}</td>
                    <td>{seconds(attempt.startedAt)}</td>
                    <td>{seconds((attempt.endedAt ?? now) - attempt.startedAt)}</td>
                    <td>{sayResult(attempt)}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
