import { CALLS, type Trial } from "./trial";

interface TrialCardProps {
  readonly name: "unbounded" | "bounded";
  readonly title: string;
  readonly code: string;
  readonly trial: Trial;
}

const states = { "not run": "Not run yet", running: "Running…", done: "Done" };

export function TrialCard({ name, title, code, trial }: TrialCardProps) {
  const { state, sent, answered, failed, maxOpen } = trial;
  const share = (count: number): string => `${(100 * count) / CALLS}%`;
  return (
    <section className="panel trial" aria-labelledby={`${name}-title`} data-state={state} data-testid={name}>
      <h2 id={`${name}-title`}>{title}</h2>
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
      <div className="trial-bar" aria-hidden="true">
        <span className="answered" style={{ width: share(answered) }} />
        <span className="under-way" style={{ width: share(sent - answered - failed) }} />
        <span className="lost" style={{ width: share(failed) }} />
      </div>
      <dl className="big-numbers">
        <Count label="Sent" name={`${name}-sent`} value={sent} />
        <Count label="Answered" name={`${name}-answered`} value={answered} tone="good" />
        <Count label="Failed" name={`${name}-failed`} value={failed} tone={failed > 0 ? "bad" : undefined} />
        <Count label="Most open at the server" name={`${name}-max-open`} value={maxOpen} />
      </dl>
      <dl className="findings">
        <div>
          <dt>The promise gave</dt>
          <dd data-testid={`${name}-outcome`}>{trial.outcome ?? "–"}</dd>
        </div>
        <div>
          <dt>A small call meanwhile</dt>
          <dd data-testid={`${name}-status-call`}>{trial.statusCall ?? "–"}</dd>
        </div>
      </dl>
      <p className="trial-state muted">{states[state]}</p>
    </section>
  );
}

function Count({ label, name, value, tone }: { label: string; name: string; value: number; tone?: "good" | "bad" | undefined }) {
  return (
    <div className={tone}>
      <dt>{label}</dt>
      <dd data-testid={name}>{value}</dd>
    </div>
  );
}
