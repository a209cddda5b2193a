import { Icon } from "../Icon";
import type { Experiment } from "./useExperiment";

/** Starts an experiment, and says why it could not be run. */
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
  const { running, problem } = experiment;
  return (
    <>
      <button type="button" className="button primary large" data-testid={name} disabled={running} onClick={onStart}>
        <Icon name="play" />
        {running ? "Running…" : children}
      </button>
      {problem !== undefined && (
        <p className="field-problem" role="alert">
          The trial could not be run: {problem}
        </p>
      )}
    </>
  );
}
