import { isOnServer } from "recipes/queue/client";
import { asking } from "recipes/storyboard/pieces";
import { missingPieces } from "recipes/storyboard/record";
import { useWaits } from "../runs/Outage";
import { type Action, RunHead } from "../runs/RunHead";
import { Elsewhere, useShortage } from "../runs/SystemPage";
import { sayTime } from "../runs/time";
import { type Board, isRunning } from "./board";
import { costOf, costToFinish, progressOf } from "./progress";
import { statusLooks } from "./status";
import type { Storyboard } from "./useStoryboard";

export function ProgressPanel({ storyboard, onStartOver }: { storyboard: Storyboard; onStartOver: () => void }) {
  const { board, recovery, isElsewhere, pipeline, pieces } = storyboard;
  const { status, title, failure, finished } = board;
  const { eta } = (pieces.state === "running" ? pieces : pipeline).progress ?? {};
  const running = isRunning(status);
  const { fraction, completed, inProgress, total } = progressOf(board);
  const waits = useWaits();
  const absent = missingPieces(board.scenes).length;
  const canResume = !running && status !== "idle" && finished === undefined;
  const { said: short, isBroke: isBlocked } = useShortage(costToFinish(board));
  const counts = total === 0 ? sayWithoutScenes(status) : `${completed} of ${total} pieces done`;

  const actions: Action[] = [];
  if (running) actions.push({ name: "cancel", arms: false, onPress: storyboard.cancel });
  if (canResume)
    actions.push(
      { name: "resume", isBlocked, onPress: storyboard.resume },
      { name: "start-over", isBlocked, onPress: onStartOver },
    );
  if (!running && absent > 0) actions.push({ name: "fill-missing", isBlocked, onPress: storyboard.fillMissing });

  return (
    <RunHead
      run={recovery.past?.id}
      title={title === "" ? "Your storyboard" : title}
      status={status}
      look={statusLooks[status]}
      fraction={fraction}
      counts={[counts, ...(inProgress > 0 ? [`${inProgress} in progress`] : [])].join(" · ")}
      remaining={running ? sayRemaining(inProgress, eta) : undefined}
      facts={status === "idle" ? undefined : `${costOf(board)} credits`}
      isOn={running}
      // A run on the server has gone on while no page was open.
      elapsed={(isOnServer() && pipeline.progress?.elapsed) || undefined}
      waits={waits}
      failure={failure}
      actions={isElsewhere && !running ? [] : actions}
    >
      {isElsewhere && <Elsewhere isWaiting={running} />}
      {!running && !isElsewhere && (canResume || absent > 0) && (
        <p data-testid="cost">
          {total === 0
            ? "Nothing is generated yet. The script costs 2 credits, and each scene 5."
            : `${completed} of ${total} pieces are kept. The missing ones cost ${costToFinish(board)} credits.`}
          {short && <strong>{` ${short}`}</strong>}
        </p>
      )}
    </RunHead>
  );
}

function sayWithoutScenes(status: Board["status"]): string {
  if (isRunning(status)) return "Writing the script";
  return status === "idle" ? "Nothing generated yet" : "No script yet";
}

function sayRemaining(inProgress: number, eta: number | undefined): string | undefined {
  const pause = (asking.coolingUntil ?? 0) - performance.now();
  if (inProgress > 0 && pause > 0) return `the server asks to wait ${Math.ceil(pause / 1_000)} s`;
  return eta === undefined ? undefined : sayTime(eta);
}
