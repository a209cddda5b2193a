import type { Scene } from "recipes/storyboard/api";
import { Icon } from "../Icon";
import { Button } from "../ui";
import { isRunning } from "./board";
import { SceneCard } from "./SceneCard";
import type { Storyboard } from "./useStoryboard";

const FRAMES = 6;

export function SceneGrid({ storyboard: { board, isElsewhere, regenerate } }: { storyboard: Storyboard }) {
  const { scenes, status } = board;
  if (scenes.length === 0) return <BlankFrames drawing={status === "script"} />;
  return (
    <section aria-labelledby="scenes-heading">
      <h2 id="scenes-heading" className="visually-hidden">
        Scenes
      </h2>
      <ol className="scenes">
        {scenes.map((scene) => (
          <SceneCard
            key={scene.index}
            scene={scene}
            locked={isElsewhere || (isRunning(status) && !board.remaking)}
            onRegenerate={regenerate}
          />
        ))}
      </ol>
      {scenes.some(({ imageUrl }) => imageUrl !== null) && (
        <Button data-testid="download-all" onClick={() => downloadAll(scenes)}>
          Download all files
        </Button>
      )}
    </section>
  );
}

/** Downloads every image and audio file. The browser may ask for leave first. */
function downloadAll(scenes: readonly Scene[]): void {
  for (const { index, imageUrl, audioUrl } of scenes) {
    const files = [
      [imageUrl, "svg"],
      [audioUrl, "wav"],
    ] as const;
    for (const [href, ending] of files)
      if (href !== null)
        Object.assign(document.createElement("a"), { href, download: `scene-${index + 1}.${ending}` }).click();
  }
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
