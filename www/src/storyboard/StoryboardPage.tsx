import { useEffect, useState } from "react";
import type { WantedPiece } from "recipes/storyboard/api";
import type { StoryInput } from "recipes/storyboard/story";
import { RunProgress, RunTimeline } from "sluicegate/react/devtools";
import { useLeaveWarning } from "../hooks";
import { PastRuns } from "../runs/PastRuns";
import { Shell } from "../runs/SystemPage";
import type { Board } from "./board";
import { Composer } from "./Composer";
import { EmptyBoard, Intro } from "./Intro";
import { ProgressPanel } from "./ProgressPanel";
import { progressOf } from "./progress";
import { SceneGrid } from "./SceneGrid";
import { isUnsafe, useStoryboard } from "./useStoryboard";

export function StoryboardPage() {
  const storyboard = useStoryboard();
  const { board, pipeline, pieces } = storyboard;
  const { past, isStored } = storyboard.recovery;
  useLeaveWarning(isUnsafe(board, isStored));
  const isBeginning = board.status === "script";

  useEffect(() => {
    // On a narrow page the progress is below the button that was just pressed.
    if (isBeginning) document.querySelector("[aria-label=Progress]")?.scrollIntoView({ block: "nearest" });
  }, [isBeginning]);

  const begin = (input: StoryInput): void => {
    const question = `Generate a new storyboard? “${past?.title}” with ${past?.done} pieces is discarded.`;
    if (!past?.done || confirm(question)) storyboard.generate(input);
  };

  return (
    <Shell top={<Intro />} side={<Composer storyboard={storyboard} onGenerate={begin} />}>
      <ProgressPanel storyboard={storyboard} onStartOver={() => past && begin(past.input)} />
      {board.status === "idle" && <EmptyBoard />}
      <SceneGrid storyboard={storyboard} />
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

/** A phase that lasts shorter than this is not worth interrupting anybody for. */
const SETTLED = 400;

function whatToSay(board: Board): string {
  const { completed, total } = progressOf(board);
  const words: Record<Board["status"], string> = {
    idle: "",
    unfinished: "",
    script: "Writing the script.",
    audio: "Generating the audio.",
    images: "Generating the images.",
    finalizing: "Finalizing the storyboard.",
    complete: `The storyboard is complete: ${board.scenes.length} scenes.`,
    partial: `The storyboard is incomplete: ${completed} of ${total} pieces.`,
    cancelled: `Cancelled. ${completed} of ${total} pieces are kept.`,
    failed: `Failed: ${board.failure?.message ?? "unknown reason"}`,
  };
  return words[board.status];
}

/** Says politely what phase it is and how it ended. */
function Announcer({ board }: { board: Board }) {
  const [said, setSaid] = useState("");
  const words = whatToSay(board);
  useEffect(() => {
    const timer = setTimeout(setSaid, SETTLED, words);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
