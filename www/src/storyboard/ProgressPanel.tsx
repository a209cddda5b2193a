import { type ReactNode, useRef } from "react";
import { callClock } from "../calls";
import { Icon, type IconName } from "../Icon";
import { NotifyButton } from "../systems/NotifyButton";
import { Outage, useWaits } from "../systems/Outage";
import { sayElapsed, sayTime } from "../systems/time";
import { useEndNotice } from "../systems/useEndNotice";
import { useArmed } from "../useArmed";
import { useTick } from "../useTick";
import { type Board, isRunning } from "./board";
import { asking } from "./pieces";
import { costOf, progressOf } from "./progress";
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
  const waits = useWaits();
  const left = useRemaining(fraction, running && waits.length === 0);
  const look = statusLook[status];
  const absent = missingPieces(board.scenes).length;
  const percent = Math.round(fraction * 100);
  const counts = total === 0 ? sayWithoutScenes(running) : sayCounts(completed, inProgress, total, left);
  const facts = status === "idle" ? "" : `${sayElapsed(callClock.now())} · ${costOf(board)} credits`;
  useTick(running, 1_000);
  useEndNotice(running, `${look.text}: ${title}. ${counts}`, percent);

  const heading = useRef<HTMLHeadingElement>(null);
  /** The button goes with the press, and the focus with it if nobody takes it. */
  const press = (action: () => void) => () => {
    heading.current?.focus({ preventScroll: true });
    action();
  };

  return (
    <>
      <section className="panel progress-panel run-head" aria-label="Progress">
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
                label="Generate missing pieces"
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
        <p className="muted run-facts" data-testid="facts">
          {facts}
        </p>
        {running && <NotifyButton />}
        <Outage waits={waits} isOn={running} />

        {failure !== undefined && (
          <div className="failure" data-testid="failure">
            <Icon name="alert" />
            <p>
              <strong>{failure.message}</strong> {failure.hint}
            </p>
          </div>
        )}
      </section>
      <section className="panel progress-panel" aria-label="Details">
        {children}
      </section>
    </>
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

const sayWithoutScenes = (running: boolean): string => (running ? "Writing the script" : "Nothing generated yet");

function sayCounts(completed: number, inProgress: number, total: number, left: number | undefined): string {
  const parts = [`${completed} of ${total} pieces done`];
  if (inProgress > 0) parts.push(`${inProgress} in progress`);
  const pause = (asking.coolingUntil ?? 0) - performance.now();
  if (inProgress > 0 && pause > 0) parts.push(`the server asks to wait ${Math.ceil(pause / 1_000)} s`);
  else if (left !== undefined) parts.push(sayTime(left));
  return parts.join(" · ");
}
