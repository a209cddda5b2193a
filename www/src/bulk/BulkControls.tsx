import { lab, useBalance } from "@sluicegate/fault-server/panel";
import { useId, useState } from "react";
import type { Board, Kind } from "recipes/bulk/board";
import { AT_ONCE } from "recipes/bulk/pipeline";
import { Button, Select } from "../ui";
import styles from "./bulk.module.css";

export const titles = { preview: "Previews", animation: "Animations" } as const satisfies Record<Kind, string>;
const BALANCES = [1_000, 60, 20] as const;

interface BulkControlsProps {
  readonly board: Board;
  readonly kind: Kind;
  readonly onKind: (kind: Kind) => void;
  /** Nothing can be chosen while a run is under way. */
  readonly isBusy: boolean;
  readonly onRenew: () => void;
}

export function BulkControls({ board, kind, onKind, onRenew, isBusy }: BulkControlsProps) {
  const id = useId();
  const balance = useBalance();
  const [asks, setAsks] = useState(board.asksForForbidden);

  function renew(): void {
    if (confirm("Start a new storyboard? This one, with what was generated for it, is discarded.")) onRenew();
  }

  return (
    <>
      <fieldset className={styles.kinds} disabled={isBusy}>
        <legend>Generate all</legend>
        {(["preview", "animation"] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={`${id}-kind`}
              data-testid={`kind-${one}`}
              checked={kind === one}
              onChange={() => onKind(one)}
            />
            <span>
              {titles[one]}
              <small>{board.prices[one]} credits each</small>
              <small>Concurrency {AT_ONCE[one]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <label className={styles.choice}>
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
        <span>Scene 8 has a prompt that the provider rejects</span>
      </label>
      {balance !== undefined && (
        <Select
          name="balance"
          label="Credit balance"
          value={balance}
          options={[...new Set([balance, ...BALANCES])].map((credits) => [credits, credits])}
          onChange={lab.reset}
        />
      )}
      <Button icon="redo" data-testid="renew" disabled={isBusy} onClick={renew}>
        New storyboard
      </Button>
    </>
  );
}
