import type { ReactNode } from "react";
import { Button, Code, Panel } from "../ui";
import styles from "./trials.module.css";
import type { Trial, useSeries } from "./useSeries";

/** One way to make the calls: how it is written, and what has come of it. */
export interface Card {
  /** Names the card for tests. The names of its numbers follow it. */
  readonly name: string;
  readonly title: string;
  readonly code: string;
  readonly state: Trial["state"];
  readonly chart: ReactNode;
  readonly numbers: readonly Value[];
  readonly findings: readonly Value[];
}
export type Value = readonly [name: string, label: string, value: ReactNode, tone?: "good" | "bad" | false | undefined];

interface ExperimentProps {
  readonly name: string;
  readonly label: string;
  readonly series: Omit<ReturnType<typeof useSeries>, "results">;
  readonly cards: readonly Card[];
  /** Is shown at the end. */
  readonly verdict: ReactNode;
  /** Says what the experiment is. */
  readonly children: ReactNode;
}

/** Makes the same calls in several ways, side by side. */
export function Experiment({ name, label, series, cards, verdict, children }: ExperimentProps) {
  const { running, problem, start, stop } = series;
  const isOver = !running && cards.every(({ state }) => state === "done");
  return (
    <>
      <header className={`stack ${styles.intro}`}>
        {children}
        <div className="row">
          <Button icon="play" className="primary large" data-testid={`run-${name}`} disabled={running} onClick={start}>
            {running ? "Running…" : label}
          </Button>
          <Button
            icon="stop"
            className="large"
            data-testid={`stop-${name}`}
            disabled={!running}
            aria-label={`Stop: ${label}`}
            onClick={stop}
          >
            Stop
          </Button>
        </div>
        {problem !== undefined && (
          <p className="field-problem" role="alert">
            The experiment could not run: {problem}
          </p>
        )}
      </header>
      <div className={`${styles.trials} ${cards.length > 2 ? styles.three : ""}`}>
        {cards.map((card) => (
          <TrialCard key={card.name} {...card} />
        ))}
      </div>
      <div role="status" aria-live="polite" className={styles.verdict} data-testid={`${name}-verdict`}>
        {isOver && verdict}
      </div>
    </>
  );
}

const states: Record<Trial["state"], string> = {
  "not run": "Not started",
  running: "Running…",
  done: "Done",
  stopped: "Stopped",
};

function TrialCard({ name, title, code, state, chart, numbers, findings }: Card) {
  const list = (className: string | undefined, values: readonly Value[]) => (
    <dl className={className}>
      {values.map(([what, label, value, tone]) => (
        <div key={what}>
          <dt className="muted">{label}</dt>
          <dd className={tone ? `toned ${tone}` : undefined} data-testid={`${name}-${what}`}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
  return (
    <Panel title={title} className={styles.trial} data-state={state} data-testid={name}>
      <Code>{code}</Code>
      {chart}
      {list(styles.numbers, numbers)}
      {list(`stack ${styles.findings}`, findings)}
      <p className="muted">{states[state]}</p>
    </Panel>
  );
}
