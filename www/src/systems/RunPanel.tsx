import { type ReactNode, useEffect } from "react";
import type { RunControls } from "sluicegate/react";
import { callClock, callStore, type LaneNames } from "../calls";
import { toFailure } from "../failure";
import { Icon, type IconName } from "../Icon";
import { Timeline } from "../timeline/Timeline";
import { useArmed } from "../useArmed";
import { useLeaveWarning } from "../useLeaveWarning";
import { useTick } from "../useTick";
import { NotifyButton } from "./NotifyButton";
import { Outage, useWaits } from "./Outage";
import { sayElapsed, sayTime } from "./time";
import { useEndNotice } from "./useEndNotice";

interface RunPanelProps {
  readonly title: string;
  readonly run: RunControls<unknown>;
  readonly lanes: LaneNames;
  readonly startLabel: string;
  readonly onStart: () => void;
  /** Where a run is paused by a failure: whether going on makes the failed ones again. */
  readonly retryFailed?: boolean;
  /** A progress of the system's own, 0 to 1. */
  readonly fraction?: number | undefined;
  /** Instead of "Completed X of Y, Z in progress". */
  readonly counts?: string | undefined;
  /** Largest number of attempts of an item. */
  readonly attempts?: number;
  /** Whether what the run does is stored, so that leaving the page loses nothing. */
  readonly isStored?: boolean;
  /** The error that kept a run from starting. */
  readonly refusal?: unknown;
  readonly children?: ReactNode;
}

type Look = { text: string; icon: IconName; tone: "calm" | "busy" | "good" | "warn" | "bad" };

const looks: Record<string, Look> = {
  idle: { text: "Not started", icon: "clock", tone: "calm" },
  running: { text: "Running", icon: "brush", tone: "busy" },
  paused: { text: "Paused", icon: "pause", tone: "warn" },
  cancelling: { text: "Stopping", icon: "stop", tone: "warn" },
  completed: { text: "Complete", icon: "check", tone: "good" },
  partial: { text: "Partial", icon: "half", tone: "warn" },
  cancelled: { text: "Cancelled", icon: "stop", tone: "warn" },
  failed: { text: "Failed", icon: "alert", tone: "bad" },
};

/** The state of a run and its controls, for every kind of run. */
export function RunPanel({
  title,
  run,
  lanes,
  startLabel,
  onStart,
  retryFailed = true,
  fraction,
  counts,
  attempts,
  isStored = false,
  refusal,
  children,
}: RunPanelProps) {
  const { state, progress, report } = run;
  // Also while a single item is made again after the end.
  const isOn = state === "running" || state === "cancelling" || (state === "finished" && run.items.some(isOpen));
  const status = state === "finished" ? (report?.status ?? "completed") : state;
  const look = looks[status] ?? looks.idle!;
  const share = fraction ?? progress?.fraction ?? 0;
  const percent = Math.round(share * 100);
  const said = counts ?? sayCounts(run);
  // As the items are now: what has failed may have been made again since the report.
  const rejected = run.items.find((item) => item.status === "rejected");
  const error: unknown = refusal ?? rejected?.reason ?? (status === "failed" ? report?.error?.errors.at(0) : undefined);
  const failure = error === undefined ? undefined : toFailure(error);
  // Also while it is paused: what is in flight goes on.
  const isBusy = isOn || run.items.some((item) => item.status === "running");
  const waits = useWaits(run.items, attempts);
  useTick(isOn, 1_000);
  useEndNotice(isOn, `${look.text}: ${title}. ${said}`, percent);
  useLeaveWarning(isBusy && !isStored);
  useEffect(() => {
    if (isBusy) callClock.start();
    else callClock.stop();
  }, [isBusy]);

  const start = (): void => {
    callStore.clear();
    onStart();
  };

  return (
    <>
      <section className="panel progress-panel run-head" aria-label="Progress">
        <div className="progress-head">
          <div className="progress-title">
            <h2>{title}</h2>
            <span className={`status ${look.tone}`} data-status={status}>
              <Icon name={look.icon} />
              <span data-testid="status">{look.text}</span>
            </span>
          </div>
          <div className="progress-actions">
            {(state === "idle" || state === "finished") && (
              <Action
                key={report?.status ?? "start"}
                name="start"
                icon="play"
                label={startLabel}
                isPrimary
                arms={state !== "idle"}
                onPress={start}
              />
            )}
            {state === "running" && (
              <Action key="pause" name="pause" icon="pause" label="Pause" onPress={() => run.pause()} />
            )}
            {state === "paused" && (
              <Action
                key="resume"
                name="resume"
                icon="play"
                label="Resume"
                isPrimary
                onPress={() => run.resume({ retryFailed })}
              />
            )}
            {(state === "running" || state === "paused") && (
              <Action
                key="cancel"
                name="cancel"
                icon="cross"
                label="Cancel"
                arms={false}
                onPress={() => run.cancel()}
              />
            )}
          </div>
        </div>
        <div
          className={`bar ${look.tone}`}
          role="progressbar"
          data-testid="progress"
          aria-label={title}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={`${look.text}, ${percent} %. ${said}`}
        >
          <div className="bar-fill" style={{ width: `${share * 100}%` }} />
        </div>
        <p className="counts" data-testid="counts">
          {said}
          {isOn && waits.length === 0 && progress?.eta !== undefined && ` · ${sayTime(progress.eta)}`}
        </p>
        {state !== "idle" && <p className="muted run-facts">{sayElapsed(callClock.now())}</p>}
        {isOn && <NotifyButton />}
        <Outage waits={waits} isOn={isOn} />
        {failure !== undefined && (
          <div className="failure" data-testid="failure">
            <Icon name="alert" />
            <p>
              <strong>{failure.message}</strong> {failure.hint}
            </p>
          </div>
        )}
        <p className="visually-hidden" role="status">
          {state === "finished" || state === "paused" ? `${look.text}. ${said}` : ""}
        </p>
      </section>
      {(state !== "idle" || children) && (
        <section className="panel progress-panel" aria-label="Details">
          {children}
          {state !== "idle" && <Timeline lanes={lanes} running={isBusy} />}
        </section>
      )}
    </>
  );
}

const isOpen = ({ status }: RunControls<unknown>["items"][number]): boolean =>
  status === "waiting" || status === "running" || status === "retrying";

function sayCounts({ progress }: RunControls<unknown>): string {
  if (!progress) return "Nothing generated yet";
  const { completed, inProgress, total, failed, cancelled, skipped } = progress;
  const parts = [`Completed ${completed} of ${total ?? "…"}`, `${inProgress} in progress`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (cancelled > 0) parts.push(`${cancelled} cancelled`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return parts.join(", ");
}

function Action({
  name,
  icon,
  label,
  isPrimary,
  arms = true,
  onPress,
}: {
  name: string;
  icon: IconName;
  label: string;
  isPrimary?: boolean;
  /** It may have taken the place of another one. */
  arms?: boolean;
  onPress: () => void;
}) {
  const armed = useArmed(onPress, arms);
  return (
    <button type="button" className={isPrimary ? "button primary" : "button"} data-testid={name} {...armed}>
      <Icon name={icon} />
      {label}
    </button>
  );
}
