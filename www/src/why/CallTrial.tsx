import { Count, Finding, TrialCard } from "../trials/TrialCard";
import styles from "../trials/trials.module.css";
import { CALLS, type Trial } from "./trial";

interface CallTrialProps {
  readonly name: "unbounded" | "bounded";
  readonly title: string;
  readonly code: string;
  readonly trial: Trial;
}

export function CallTrial({ name, title, code, trial }: CallTrialProps) {
  const { state, sent, answered, failed, maxOpen } = trial;
  const share = (count: number): string => `${(100 * count) / CALLS}%`;
  return (
    <TrialCard name={name} title={title} code={code} state={state}>
      <div className={styles.bar} aria-hidden="true">
        <span className={styles.answered} style={{ width: share(answered) }} />
        <span className={styles.underWay} style={{ width: share(sent - answered - failed) }} />
        <span className={styles.lost} style={{ width: share(failed) }} />
      </div>
      <dl className={styles.numbers}>
        <Count label="Sent" name={`${name}-sent`} value={sent} />
        <Count label="Answered" name={`${name}-answered`} value={answered} tone="good" />
        <Count label="Failed" name={`${name}-failed`} value={failed} tone={failed > 0 ? "bad" : undefined} />
        <Count label="Maximum open at the server" name={`${name}-max-open`} value={maxOpen} />
      </dl>
      <dl className={styles.findings}>
        <Finding label="Result of the promise" name={`${name}-outcome`}>
          {trial.outcome ?? "–"}
        </Finding>
        <Finding label="A small call during the run" name={`${name}-status-call`}>
          {trial.statusCall ?? "–"}
        </Finding>
      </dl>
    </TrialCard>
  );
}
