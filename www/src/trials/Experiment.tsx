import type { ReactNode } from "react";
import { Icon } from "../Icon";
import type { State } from "./observe";
import styles from "./trials.module.css";
import type { Series } from "./useSeries";

/** A number or a finding of a trial. Its test id is the name of the trial and its own. */
export interface Row<T> {
  readonly name: string;
  readonly label: string;
  readonly read: (trial: T) => ReactNode;
  readonly tone?: (trial: T) => "good" | "bad" | undefined;
}

/** One way to make some calls: how it is written, and what came of it. */
interface Card<T> {
  readonly name: string;
  readonly title: string;
  readonly code: string;
  readonly trial: T;
}

interface ExperimentProps<T> {
  readonly name: string;
  /** The heading and what the experiment does. */
  readonly intro: ReactNode;
  readonly startLabel: string;
  readonly series: Series<string, T>;
  readonly cards: readonly Card<T>[];
  readonly chart: (trial: T, title: string) => ReactNode;
  readonly numbers: readonly Row<T>[];
  readonly findings: readonly Row<T>[];
  /** Is shown when all ways are done. */
  readonly verdict: ReactNode;
}

const states: Record<State, string> = {
  "not run": "Not started",
  running: "Running…",
  done: "Done",
  stopped: "Stopped",
};

/** Makes the same calls in several ways, and compares them. */
export function Experiment<T extends { readonly state: State }>(props: ExperimentProps<T>) {
  const { name, intro, startLabel, series, cards, chart, numbers, findings, verdict } = props;
  const { running, problem, start, stop, results } = series;
  const isDone = !running && Object.values(results).every(({ state }) => state === "done");
  return (
    <>
      <header className={styles.intro}>
        {intro}
        <div className={styles.actions}>
          <button
            type="button"
            className="button primary large"
            data-testid={`run-${name}`}
            disabled={running}
            onClick={start}
          >
            <Icon name="play" />
            {running ? "Running…" : startLabel}
          </button>
          <button
            type="button"
            className="button large"
            data-testid={`stop-${name}`}
            disabled={!running}
            aria-label={`Stop: ${startLabel}`}
            onClick={stop}
          >
            <Icon name="stop" />
            Stop
          </button>
        </div>
        {problem !== undefined && (
          <p className="field-problem" role="alert">
            The experiment could not run: {problem}
          </p>
        )}
      </header>

      <div className={styles.trials}>
        {cards.map(({ name, title, code, trial }) => (
          <section
            key={name}
            className={`panel ${styles.trial}`}
            aria-labelledby={`${name}-title`}
            data-state={trial.state}
            data-testid={name}
          >
            <h2 id={`${name}-title`}>{title}</h2>
            <pre tabIndex={0}>
              <code>{code}</code>
            </pre>
            {chart(trial, title)}
            <Rows className={styles.numbers} of={name} rows={numbers} trial={trial} />
            <Rows className={styles.findings} of={name} rows={findings} trial={trial} />
            <p className="muted">{states[trial.state]}</p>
          </section>
        ))}
      </div>

      <div role="status" aria-live="polite" className={styles.verdict} data-testid={`${name}-verdict`}>
        {isDone && <p>{verdict}</p>}
      </div>
    </>
  );
}

interface RowsProps<T> {
  readonly className: string | undefined;
  readonly of: string;
  readonly rows: readonly Row<T>[];
  readonly trial: T;
}

function Rows<T>({ className, of, rows, trial }: RowsProps<T>) {
  return (
    <dl className={className}>
      {rows.map(({ name, label, read, tone }) => (
        <div key={name} className={styles[tone?.(trial) ?? ""]}>
          <dt>{label}</dt>
          <dd data-testid={`${of}-${name}`}>{read(trial)}</dd>
        </div>
      ))}
    </dl>
  );
}
