import type { Wait } from "recipes/shared/calls";
import { asking } from "recipes/storyboard/pieces";
import { missingPieces } from "recipes/storyboard/record";
import { useWaits } from "../runs/Outage";
import { type Action, RunHead } from "../runs/RunHead";
import { Elsewhere } from "../runs/SystemPage";
import { sayTime } from "../runs/time";
import { sayCredits, useShortage } from "../runs/useShortage";
import { type Board, isRunning } from "./board";
import { costOf, costToFinish, progressOf } from "./progress";
import { statusLooks } from "./status";

interface ProgressPanelProps {
  readonly board: Board;
  /** Names the run. */
  readonly run: string | undefined;
  readonly isElsewhere: boolean;
  /** Estimated milliseconds that are left. */
  readonly eta: number | undefined;
  /** Milliseconds that a server says it has taken. */
  readonly elapsed: number | undefined;
  /** What the calls of a run on the server wait for. */
  readonly serverWaits: readonly Wait[];
  readonly onCancel: () => void;
  readonly onResume: () => void;
  readonly onStartOver: () => void;
  readonly onFillMissing: () => void;
}

export function ProgressPanel(props: ProgressPanelProps) {
  const { board, run, isElsewhere, eta, elapsed, onCancel, onResume, onStartOver, onFillMissing } = props;
  const { status, title, failure, finished } = board;
  const running = isRunning(status);
  const { fraction, completed, inProgress, total } = progressOf(board);
  const waits = [...useWaits(), ...props.serverWaits];
  const absent = missingPieces(board.scenes).length;
  const canResume = !running && status !== "idle" && finished === undefined;
  const { said: short, isBroke: isBlocked } = useShortage(costToFinish(board));
  const counts = total === 0 ? sayWithoutScenes(status) : `${completed} of ${total} pieces done`;

  const actions: Action[] = [];
  if (running) actions.push({ name: "cancel", icon: "cross", label: "Cancel", arms: false, onPress: onCancel });
  if (canResume)
    actions.push(
      { name: "resume", icon: "play", label: "Resume", isPrimary: true, isBlocked, onPress: onResume },
      { name: "start-over", icon: "redo", label: "Start over", isBlocked, onPress: onStartOver },
    );
  if (!running && absent > 0) {
    const label = "Generate missing pieces";
    actions.push({ name: "fill-missing", icon: "redo", label, isBlocked, onPress: onFillMissing });
  }

  return (
    <RunHead
      run={run}
      title={title === "" ? "Your storyboard" : title}
      status={status}
      look={statusLooks[status]}
      fraction={fraction}
      counts={[counts, ...(inProgress > 0 ? [`${inProgress} in progress`] : [])].join(" · ")}
      remaining={running ? sayRemaining(inProgress, eta) : undefined}
      facts={status === "idle" ? undefined : sayCredits(costOf(board))}
      isOn={running}
      elapsed={elapsed}
      waits={waits}
      failure={failure}
      actions={isElsewhere && !running ? [] : actions}
    >
      {isElsewhere && <Elsewhere isWaiting={running} />}
      {!running && !isElsewhere && (canResume || absent > 0) && (
        <p data-testid="cost">
          {total === 0
            ? "Nothing is generated yet. The script costs 2 credits, and each scene 5."
            : `${completed} of ${total} pieces are kept. ${sayMissing(costToFinish(board))}`}
          {short && <strong>{` ${short}`}</strong>}
        </p>
      )}
    </RunHead>
  );
}

const sayMissing = (cost: number): string =>
  cost > 0 ? `The missing ones cost at most ${sayCredits(cost)}.` : "Resume costs nothing.";

function sayWithoutScenes(status: Board["status"]): string {
  if (status === "script") return "Writing the script";
  if (isRunning(status)) return "Loading the scenes";
  return status === "idle" ? "Nothing generated yet" : "No script yet";
}

function sayRemaining(inProgress: number, eta: number | undefined): string | undefined {
  const pause = (asking.coolingUntil ?? 0) - performance.now();
  if (inProgress > 0 && pause > 0) return `the server asks to wait ${Math.ceil(pause / 1_000)} s`;
  return eta === undefined ? undefined : sayTime(eta);
}
