import { useEffect, useRef } from "react";
import { LabPanel } from "../lab/LabPanel";
import { Timeline } from "../timeline/Timeline";
import { useGenerationPipeline } from "../useGenerationPipeline";
import { useLeaveWarning } from "../useLeaveWarning";
import { Announcer } from "./Announcer";
import { isRunning } from "./board";
import { Composer } from "./Composer";
import { EmptyBoard } from "./EmptyBoard";
import { Intro } from "./Intro";
import { ProgressPanel } from "./ProgressPanel";
import { SceneGrid } from "./SceneGrid";
import "../styles/storyboard.css";
import "../styles/scenes.css";

const lanes = { script: "Script", audio: "Audio", images: "Images", finalize: "Finalize", regenerate: "Single pieces" };

export function StoryboardPage() {
  const { board, generate, resume, fillMissing, regenerate, cancel } = useGenerationPipeline();
  const running = isRunning(board.status);
  const stage = useRef<HTMLDivElement>(null);
  useLeaveWarning(running);
  const isBeginning = board.status === "script";

  useEffect(() => {
    // On a narrow page the progress is below the button that was just pressed.
    if (isBeginning) stage.current?.firstElementChild?.scrollIntoView({ block: "nearest" });
  }, [isBeginning]);

  return (
    <div className="storyboard-page with-intro">
      <Intro />
      <Composer running={running} onGenerate={generate} />
      <div className="stage" ref={stage}>
        <ProgressPanel board={board} onCancel={cancel} onResume={resume} onFillMissing={fillMissing}>
          {board.status === "idle" ? <EmptyBoard /> : <Timeline lanes={lanes} running={running} />}
        </ProgressPanel>
        <SceneGrid board={board} onRegenerate={regenerate} />
      </div>
      <LabPanel />
      <Announcer board={board} />
    </div>
  );
}
