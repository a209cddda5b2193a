import { Icon } from "../Icon";
import styles from "./trials.module.css";
import type { Experiment } from "./useExperiment";

/** Starts and stops an experiment, and says why it could not run. */
export function StartButton({
  name,
  experiment,
  onStart,
  children,
}: {
  name: string;
  experiment: Experiment;
  onStart: () => void;
  children: string;
}) {
  const { running, problem, stop } = experiment;
  return (
    <>
      <div className={styles.actions}>
        <button type="button" className="button primary large" data-testid={name} disabled={running} onClick={onStart}>
          <Icon name="play" />
          {running ? "Running…" : children}
        </button>
        <button
          type="button"
          className="button large"
          data-testid={name.replace("run", "stop")}
          disabled={!running}
          aria-label={`Stop: ${children}`}
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
    </>
  );
}
