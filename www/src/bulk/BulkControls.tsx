import { useId, useState } from "react";
import { resetCounters } from "../lab/lab";
import type { Board, Kind } from "./board";
import { AT_ONCE } from "./pipeline";

const kinds: readonly { kind: Kind; label: string }[] = [
  { kind: "preview", label: "Previews" },
  { kind: "animation", label: "Animations" },
];
const PURSES = [1_000, 60, 20] as const;

interface BulkControlsProps {
  readonly board: Board;
  readonly kind: Kind;
  readonly onKind: (kind: Kind) => void;
  /** Nothing can be chosen while a run is under way. */
  readonly isBusy: boolean;
}

export function BulkControls({ board, kind, onKind, isBusy }: BulkControlsProps) {
  const id = useId();
  const [purse, setPurse] = useState<number>(PURSES[0]);
  const [asks, setAsks] = useState(board.asksForForbidden);

  function fill(credits: number): void {
    setPurse(credits);
    // A server without a lab has a purse of its own.
    resetCounters(credits).catch(() => {});
  }

  return (
    <>
      <fieldset className="kinds" disabled={isBusy}>
        <legend>Generate all</legend>
        {kinds.map((one) => (
          <label key={one.kind}>
            <input
              type="radio"
              name={`${id}-kind`}
              data-testid={`kind-${one.kind}`}
              checked={kind === one.kind}
              onChange={() => onKind(one.kind)}
            />
            <span>
              {one.label}
              <small>{board.prices[one.kind]} credits each</small>
              <small>{AT_ONCE[one.kind]} at once</small>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="choice">
        <input
          type="checkbox"
          data-testid="forbidden"
          checked={asks}
          disabled={isBusy}
          onChange={({ currentTarget: { checked } }) => {
            board.asksForForbidden = checked;
            setAsks(checked);
          }}
        />
        <span>Scene 8 asks for what the provider refuses</span>
      </label>
      <div className="field">
        <label htmlFor={`${id}-purse`}>Credits in the purse</label>
        <select
          id={`${id}-purse`}
          data-testid="purse"
          value={purse}
          onChange={(event) => fill(Number(event.target.value))}
        >
          {PURSES.map((credits) => (
            <option key={credits}>{credits}</option>
          ))}
        </select>
      </div>
    </>
  );
}
