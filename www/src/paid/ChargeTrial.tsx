import { Count, Finding, TrialCard } from "../trials/TrialCard";
import styles from "../trials/trials.module.css";
import { CellGrid } from "./CellGrid";
import { cellsOf } from "./cells";
import type { Charges } from "./charges";

interface ChargeTrialProps {
  readonly name: string;
  readonly title: string;
  readonly code: string;
  readonly charges: Charges;
}

export function ChargeTrial({ name, title, code, charges }: ChargeTrialProps) {
  const { state, fulfilled, rejected, settledOnce, ledger, seconds } = charges;
  const cells = cellsOf(charges);
  const tone = (count: number) =>
    state === "not run" ? undefined : count > 0 ? "bad" : state === "done" ? "good" : undefined;
  return (
    <TrialCard name={name} title={title} code={code} state={state}>
      <CellGrid cells={cells} />
      <dl className={styles.numbers}>
        <Count label="Pieces paid" name={`${name}-pieces`} value={ledger?.pieces ?? 0} />
        <Count
          label="Charged again"
          name={`${name}-extra`}
          value={ledger?.extraPieces ?? 0}
          tone={tone(ledger?.extraPieces ?? 0)}
        />
        <Count label="Calls sent" name={`${name}-calls`} value={ledger?.received ?? 0} />
        <Count label="Calls wasted" name={`${name}-wasted`} value={ledger?.wasted ?? 0} />
      </dl>
      <dl className={styles.findings}>
        <Finding label="Outcomes" name={`${name}-outcomes`}>
          {state === "not run" ? "–" : `${fulfilled} results, ${rejected} failures`}
        </Finding>
        <Finding label="Items with exactly one outcome" name={`${name}-settled`}>
          {state === "not run" ? "–" : settledOnce}
        </Finding>
        <Finding label="Items paid more than once / paid and lost" name={`${name}-items`}>
          {state === "done" ? `${ledger?.paidAgain} / ${ledger?.paidForNothing}` : "–"}
        </Finding>
        <Finding label="Time" name={`${name}-time`}>
          {seconds === undefined ? "–" : `${seconds.toFixed(1)} s`}
        </Finding>
      </dl>
    </TrialCard>
  );
}
