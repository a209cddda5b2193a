import type { ReactNode } from "react";
import type { State } from "./observe";
import styles from "./trials.module.css";

interface TrialCardProps {
  /** Names the card for tests and for what labels it. */
  readonly name: string;
  readonly title: string;
  readonly code: string;
  readonly state: State;
  readonly children: ReactNode;
}

const states: Record<State, string> = {
  "not run": "Not started",
  running: "Running…",
  done: "Done",
  stopped: "Stopped",
};

/** One way to make some calls: how it is written, and what came of it. */
export function TrialCard({ name, title, code, state, children }: TrialCardProps) {
  return (
    <section
      className={`panel ${styles.trial}`}
      aria-labelledby={`${name}-title`}
      data-state={state}
      data-testid={name}
    >
      <h2 id={`${name}-title`}>{title}</h2>
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
      {children}
      <p className="muted">{states[state]}</p>
    </section>
  );
}

/** One of the `big-numbers`. */
export function Count({
  label,
  name,
  value,
  tone,
}: {
  label: string;
  name: string;
  value: ReactNode;
  tone?: "good" | "bad" | undefined;
}) {
  return (
    <div className={tone && styles[tone]}>
      <dt>{label}</dt>
      <dd data-testid={name}>{value}</dd>
    </div>
  );
}

/** One of the `findings`. */
export function Finding({ label, name, children }: { label: string; name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-testid={name}>{children}</dd>
    </div>
  );
}
