import { FaultControls } from "./FaultControls";
import { Icon } from "./Icon";
import { type LabStats, type Preset, presets } from "./lab";
import styles from "./panel.module.css";
import { lab, useLab } from "./store";

export const presetText: Record<Preset, { name: string; what: string }> = {
  calm: { name: "No faults", what: "Nothing fails" },
  hard: { name: "Some faults", what: "4 of 10 calls" },
  hardest: { name: "Many faults", what: "6 of 10 calls" },
};

/** The displayed counts of the server. `bad` ones should stay 0, whatever the faults. */
const counters: readonly { name: string; label: string; read: (stats: LabStats) => number; bad?: true }[] = [
  { name: "calls", label: "Calls", read: (stats) => stats.calls },
  { name: "inFlight", label: "In flight", read: (stats) => stats.inFlight },
  { name: "maxInFlight", label: "Maximum in flight", read: (stats) => stats.maxInFlight },
  { name: "429", label: "Refused (429)", read: (stats) => stats.replies["429"] ?? 0 },
  { name: "503", label: "Unavailable (503)", read: (stats) => stats.replies["503"] ?? 0 },
  { name: "500", label: "Server errors", read: (stats) => stats.replies["500"] ?? 0 },
  { name: "dropped", label: "Connections closed", read: (stats) => stats.dropped },
  { name: "lostReplies", label: "Lost replies", read: (stats) => stats.lostReplies },
  { name: "brokenReplies", label: "Broken replies", read: (stats) => stats.brokenReplies },
  { name: "replays", label: "Replies replayed", read: (stats) => stats.replays },
  { name: "doubleGenerations", label: "Generated twice", read: (stats) => stats.doubleGenerations, bad: true },
  { name: "creditsUsed", label: "Credits used", read: (stats) => stats.creditsUsed },
  { name: "creditsBalance", label: "Credit balance", read: (stats) => stats.creditsBalance - stats.creditsOwed },
];

/** Shows the faults and the counters of the server. */
export function LabPanel() {
  const { faults, preset: chosen, stats, problem } = useLab();
  if (faults === undefined) return null;
  return (
    <section className="panel" id="lab" aria-labelledby="lab-heading">
      <h2 id="lab-heading">Break the server</h2>
      <p className="muted">Makes the demo server fail on purpose, also during a run.</p>

      <div className={styles.presets} role="group" aria-label="Fault presets">
        {presets.map((preset) => (
          <button
            key={preset}
            type="button"
            className={styles.preset}
            data-testid={`fault-preset-${preset}`}
            aria-pressed={chosen === preset}
            onClick={() => lab.choose(preset)}
          >
            <strong>{presetText[preset].name}</strong>
            <span>{presetText[preset].what}</span>
          </button>
        ))}
      </div>
      <details>
        <summary>Individual faults</summary>
        <FaultControls faults={faults} onChange={lab.change} />
      </details>
      {problem !== undefined && <p className="field-problem">{problem}</p>}

      <h3>Server counters</h3>
      <dl className={styles.counters}>
        {counters.map(({ name, label, read, bad }) => {
          const value = stats === undefined ? undefined : read(stats);
          return (
            <div
              key={name}
              className={bad && value !== undefined ? (value === 0 ? styles.good : styles.bad) : undefined}
            >
              <dt>{label}</dt>
              <dd data-testid={`stat-${name}`}>{value ?? "–"}</dd>
            </div>
          );
        })}
      </dl>
      <button type="button" className="button small" data-testid="lab-reset" onClick={() => lab.reset()}>
        <Icon name="redo" />
        Reset counters and credits
      </button>
    </section>
  );
}
