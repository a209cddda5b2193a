import type { Kind, Scene } from "recipes/storyboard/api";
import { Icon } from "../Icon";
import { type Board, isRunning } from "./board";
import { SceneCard } from "./SceneCard";

const FRAMES = 6;

export function SceneGrid({
  board,
  isElsewhere,
  onRegenerate,
}: {
  board: Board;
  /** Whether another tab works on the storyboard. */
  isElsewhere: boolean;
  onRegenerate: (kind: Kind, index: number, prompt?: string) => void;
}) {
  const { scenes, status } = board;
  if (scenes.length === 0) return <BlankFrames drawing={status === "script"} />;
  return (
    <section className="stack" aria-labelledby="scenes-heading">
      <h2 id="scenes-heading" className="visually-hidden">
        Scenes
      </h2>
      <ol className="scenes">
        {scenes.map((scene) => (
          <SceneCard
            key={scene.index}
            scene={scene}
            locked={isElsewhere || (isRunning(status) && !board.remaking)}
            onRegenerate={onRegenerate}
          />
        ))}
      </ol>
      {scenes.some(({ imageUrl }) => imageUrl !== null) && (
        <div className="row">
          <button type="button" className="button" data-testid="download-all" onClick={() => downloadAll(scenes)}>
            Download all files
          </button>
        </div>
      )}
    </section>
  );
}

/** Downloads every image and audio file. The browser may ask for leave first. */
function downloadAll(scenes: readonly Scene[]): void {
  for (const { index, imageUrl, audioUrl } of scenes) {
    if (imageUrl !== null) download(imageUrl, `scene-${index + 1}.svg`);
    if (audioUrl !== null) download(audioUrl, `scene-${index + 1}.wav`);
  }
}

function download(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** The frames before anything is known about the scenes. */
function BlankFrames({ drawing }: { drawing: boolean }) {
  return (
    <div className={`scenes blank ${drawing ? "drawing" : ""}`} aria-hidden="true">
      {Array.from({ length: FRAMES }, (_, index) => (
        <div key={index} className="scene">
          <div className="picture">
            <span className="picture-state">
              <Icon name="picture" />
            </span>
          </div>
          <div className="scene-body">
            <i />
            <i />
            <i />
          </div>
        </div>
      ))}
    </div>
  );
}
