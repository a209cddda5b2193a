import { useEffect } from "react";
import { isOnServer, waitsOf } from "recipes/queue/client";
import type { WantedPiece } from "recipes/storyboard/api";
import type { StoryInput } from "recipes/storyboard/story";
import { RunProgress, RunTimeline } from "sluicegate/react/devtools";
import { PastRuns } from "../runs/PastRuns";
import { Shell } from "../runs/Shell";
import { useLeaveWarning } from "../useLeaveWarning";
import { Announcer } from "./Announcer";
import { isRunning } from "./board";
import { Composer } from "./Composer";
import { EmptyBoard } from "./EmptyBoard";
import { Intro } from "./Intro";
import { ProgressPanel } from "./ProgressPanel";
import { SceneGrid } from "./SceneGrid";
import { isUnsafe, useStoryboard } from "./useStoryboard";

export function StoryboardPage() {
  const { board, recovery, isElsewhere, pipeline, pieces, generate, resume, fillMissing, regenerate, cancel } =
    useStoryboard();
  const { past, isStored } = recovery;
  const running = isRunning(board.status);
  useLeaveWarning(isUnsafe(board, isStored));
  const isBeginning = board.status === "script";

  useEffect(() => {
    // On a narrow page the progress is below the button that was just pressed.
    if (isBeginning) document.querySelector("[aria-label=Progress]")?.scrollIntoView({ block: "nearest" });
  }, [isBeginning]);

  const begin = (input: StoryInput): void => {
    const question = `Generate a new storyboard? “${past?.title}” with ${past?.done} pieces is discarded.`;
    if (!past?.done || confirm(question)) generate(input);
  };

  return (
    <Shell
      top={<Intro />}
      side={<Composer running={running} isElsewhere={isElsewhere} last={past?.input} onGenerate={begin} />}
    >
      <ProgressPanel
        board={board}
        run={past?.id}
        isElsewhere={isElsewhere}
        elapsed={(isOnServer() && pipeline.progress?.elapsed) || undefined}
        eta={(pieces.state === "running" ? pieces : pipeline).progress?.eta}
        serverWaits={waitsOf(pipeline.items)}
        onCancel={cancel}
        onResume={resume}
        onStartOver={() => past && begin(past.input)}
        onFillMissing={fillMissing}
      />
      {board.status === "idle" && <EmptyBoard />}
      <SceneGrid board={board} isElsewhere={isElsewhere} onRegenerate={regenerate} />
      {(pipeline.run || pieces.run) && (
        <section className="panel" aria-label="Attempts" data-testid="timeline">
          <RunProgress run={pipeline.run} label="Progress of the phases" />
          <RunTimeline run={pipeline.run} label="Phases" name={({ key }) => phaseNames[key] ?? key} />
          {pieces.run && <RunTimeline run={pieces.run} label="Pieces" name={nameOf} />}
        </section>
      )}
      <PastRuns page="storyboard" pieces="pieces" />
      <Announcer board={board} />
    </Shell>
  );
}

const phaseNames: Readonly<Record<string, string>> = {
  script: "Script",
  audio: "Audio",
  images: "Images",
  firstRound: "Missing pieces",
  secondRound: "Missing pieces, again",
  finalize: "Finalize",
};

const nameOf = ({ item: { kind, index } }: { readonly item: WantedPiece }): string =>
  `${kind === "audio" ? "Audio" : "Image"} of scene ${index + 1}`;
