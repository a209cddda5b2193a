import { type ReactNode, useRef } from "react";
import { Icon, type IconName } from "../Icon";
import { sayTime } from "../systems/time";
import { useArmed } from "../useArmed";
import { type Board, isRunning } from "./board";
import { asking } from "./pieces";
import { progressOf } from "./progress";
import { missingPieces } from "./record";
import { statusLook } from "./status";
import { useRemaining } from "./useRemaining";

interface ProgressPanelProps {
  readonly board: Board;
  readonly onCancel: () => void;
  readonly onResume: () => void;
  readonly onFillMissing: () => void;
  readonly children: ReactNode;
}

export function ProgressPanel({ board, onCancel, onResume, onFillMissing, children }: ProgressPanelProps) {
  const { status, title, failure } = board;
  const running = isRunning(status);
  const { fraction, completed, inProgress, total } = progressOf(board);
  const left = useRemaining(fraction, running);
  const look = statusLook[status];
  const absent = missingPieces(board.scenes).length;
  const percent = Math.round(fraction * 100);
  const counts = total === 0 ? sayWithoutScenes(running) : sayCounts(completed, inProgress, total, left);

  const heading = useRef<HTMLHeadingElement>(null);
  /** The button goes with the press, and the focus with it if nobody takes it. */
  const press = (action: () => void) => () => {
    heading.current?.focus({ preventScroll: true });
    action();
  };

  return (
    <section className="panel progress-panel" aria-label="Progress">
      <div className="progress-head">
        <div className="progress-title">
          <h2 ref={heading} tabIndex={-1}>
            {title === "" ? "Your storyboard" : title}
          </h2>
          <span className={`status ${look.tone}`} data-status={status}>
            <Icon name={look.icon} />
            <span data-testid="status">{look.text}</span>
          </span>
        </div>
        <div className="progress-actions">
          {running && (
            <button type="button" className="button" data-testid="cancel" onClick={press(onCancel)}>
              <Icon name="cross" />
              Cancel
            </button>
          )}
          {!running && status !== "idle" && board.finished === undefined && (
            <SpendButton name="resume" icon="play" label="Resume" isPrimary onPress={press(onResume)} />
          )}
          {!running && absent > 0 && (
            <SpendButton
              name="fill-missing"
              icon="redo"
              label="Fill in what is missing"
              onPress={press(onFillMissing)}
            />
          )}
        </div>
      </div>

      <div
        className={`bar ${look.tone}`}
        role="progressbar"
        data-testid="progress"
        aria-label="Storyboard"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${look.text}, ${percent} %. ${counts}`}
      >
        <div className="bar-fill" style={{ width: `${fraction * 100}%` }} />
      </div>
      <p className="counts" data-testid="counts">
        {counts}
      </p>

      {failure !== undefined && (
        <div className="failure" data-testid="failure">
          <Icon name="alert" />
          <p>
            <strong>{failure.message}</strong> {failure.hint}
          </p>
        </div>
      )}
      {children}
    </section>
  );
}

interface SpendButtonProps {
  readonly name: string;
  readonly icon: IconName;
  readonly label: string;
  readonly isPrimary?: boolean;
  readonly onPress: () => void;
}

function SpendButton({ name, icon, label, isPrimary = false, onPress }: SpendButtonProps) {
  const armed = useArmed(onPress);
  const look = isPrimary ? "button primary" : "button";
  return (
    <button type="button" className={look} data-testid={name} {...armed}>
      <Icon name={icon} />
      {label}
    </button>
  );
}

const sayWithoutScenes = (running: boolean): string => (running ? "Writing the script" : "Nothing made yet");

function sayCounts(completed: number, inProgress: number, total: number, left: number | undefined): string {
  const parts = [`${completed} of ${total} pieces done`];
  if (inProgress > 0) parts.push(`${inProgress} in progress`);
  const pause = (asking.coolingUntil ?? 0) - performance.now();
  if (inProgress > 0 && pause > 0) parts.push(`the server asks for a pause of ${Math.ceil(pause / 1_000)} s`);
  else if (left !== undefined) parts.push(sayTime(left));
  return parts.join(" · ");
}
