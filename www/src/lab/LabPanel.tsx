import { Icon } from "../Icon";
import { FaultControls } from "./FaultControls";
import { type LabStats, type Preset, presets } from "./lab";
import { useLab } from "./useLab";
import "../styles/lab.css";

const presetText: Record<Preset, { name: string; what: string }> = {
  calm: { name: "Calm", what: "Nothing goes wrong" },
  hard: { name: "Hard", what: "Some of everything" },
  hardest: { name: "Hardest", what: "Half of the calls" },
};

/** The counts of the server that are shown; `bad` ones should stay at zero under all faults. */
const counters: readonly { name: string; label: string; read: (stats: LabStats) => number; bad?: true }[] = [
  { name: "calls", label: "Calls", read: (stats) => stats.calls },
  { name: "inFlight", label: "In flight", read: (stats) => stats.inFlight },
  { name: "maxInFlight", label: "Most in flight", read: (stats) => stats.maxInFlight },
  { name: "429", label: "Refused (429)", read: (stats) => stats.replies["429"] ?? 0 },
  { name: "503", label: "Unavailable (503)", read: (stats) => stats.replies["503"] ?? 0 },
  { name: "500", label: "Server errors", read: (stats) => stats.replies["500"] ?? 0 },
  { name: "dropped", label: "Dropped", read: (stats) => stats.dropped },
  { name: "lostReplies", label: "Lost replies", read: (stats) => stats.lostReplies },
  { name: "brokenReplies", label: "Broken replies", read: (stats) => stats.brokenReplies },
  { name: "replays", label: "Replies repeated", read: (stats) => stats.replays },
  { name: "doubleGenerations", label: "Made twice", read: (stats) => stats.doubleGenerations, bad: true },
  { name: "creditsUsed", label: "Credits used", read: (stats) => stats.creditsUsed },
  { name: "creditsBalance", label: "Credits left", read: (stats) => stats.creditsBalance - stats.creditsOwed },
];

/** The demonstration's trouble, and the server's own account of it. */
export function LabPanel() {
  const lab = useLab();
  if (lab === undefined) return null;
  const { stats, problem } = lab;
  return (
    <section className="panel lab" aria-labelledby="lab-heading">
      <h2 id="lab-heading">Make it hard</h2>
      <p className="muted">Let this server fail on purpose, also in the middle of a run.</p>

      <div className="presets" role="group" aria-label="How hard">
        {presets.map((preset) => (
          <button
            key={preset}
            type="button"
            className="preset"
            data-testid={`fault-preset-${preset}`}
            aria-pressed={lab.preset === preset}
            onClick={() => lab.choose(preset)}
          >
            <strong>{presetText[preset].name}</strong>
            <span>{presetText[preset].what}</span>
          </button>
        ))}
      </div>
      <details>
        <summary>Each fault by itself</summary>
        <FaultControls faults={lab.faults} onChange={lab.change} />
      </details>
      {problem !== undefined && <p className="field-problem">{problem}</p>}

      <h3>What the server counted</h3>
      <dl className="counters">
        {counters.map(({ name, label, read, bad }) => {
          const value = stats === undefined ? undefined : read(stats);
          return (
            <div key={name} className={bad && value !== undefined ? (value === 0 ? "good" : "bad") : undefined}>
              <dt>{label}</dt>
              <dd data-testid={`stat-${name}`}>{value ?? "–"}</dd>
            </div>
          );
        })}
      </dl>
      <button type="button" className="button small" data-testid="lab-reset" onClick={lab.reset}>
        <Icon name="redo" />
        Reset the counters
      </button>
    </section>
  );
}
