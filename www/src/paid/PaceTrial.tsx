import { Count, Finding, TrialCard } from "../trials/TrialCard";
import styles from "../trials/trials.module.css";
import { OpenChart } from "./OpenChart";
import { type Pace, refusedShare } from "./quota";

interface PaceTrialProps {
  readonly name: string;
  readonly title: string;
  readonly code: string;
  readonly pace: Pace;
  /** Milliseconds that the limit of exactly the quota has taken. */
  readonly known: number | undefined;
  /** End of the charts, the same for all. */
  readonly longest: number;
}

export function PaceTrial({ name, title, code, pace, known, longest }: PaceTrialProps) {
  const { state, answered, failed, samples, milliseconds } = pace;
  const refused = refusedShare(pace);
  const ratio = milliseconds === undefined || known === undefined ? undefined : milliseconds / known;
  return (
    <TrialCard name={name} title={title} code={code} state={state}>
      <OpenChart samples={samples} until={longest} name={title} />
      <dl className={styles.numbers}>
        <Count label="Answered" name={`${name}-answered`} value={answered} tone={failed > 0 ? "bad" : undefined} />
        <Count
          label="Refused (429)"
          name={`${name}-refused`}
          value={refused === undefined ? "–" : `${(100 * refused).toFixed(1)} %`}
        />
      </dl>
      <dl className={styles.findings}>
        <Finding label="Time" name={`${name}-time`}>
          {milliseconds === undefined ? "–" : `${(milliseconds / 1000).toFixed(2)} s`}
        </Finding>
        <Finding label="Compared with a known quota" name={`${name}-ratio`}>
          {ratio === undefined ? "–" : `${Math.round(100 * ratio)} %`}
        </Finding>
      </dl>
    </TrialCard>
  );
}
