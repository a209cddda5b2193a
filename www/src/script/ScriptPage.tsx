import { useState } from "react";
import { firstChoice } from "recipes/script/choice";
import { startScript } from "recipes/script/pipeline";
import source from "recipes/script/pipeline.ts?raw";
import { batchSizeOf, planScenes, sceneCount } from "recipes/script/plan";
import type { Metadata, Scene, ScenePlan, Video } from "recipes/script/types";
import type { Progress } from "sluicegate";
import { type System, SystemPage, sayProgress } from "../runs/SystemPage";
import { useNested } from "../runs/useNested";
import { keptItems, useKeep, useRecovery, valuesOf } from "../runs/useRecovery";
import { Batches } from "./Batches";
import { ScriptControls } from "./ScriptControls";

const system: System = {
  page: "script",
  title: "A script in batches",
  lead: "Writes the scenes of a batch concurrently. All of them continue the same three previous scenes. The next batch starts when the whole batch is written. A failed scene pauses the run and can be retried.",
  source,
  pieces: "scenes",
  startLabel: "Write the script",
};

/** As the demo server charges them. */
const PRICES = { metadata: 2, scene: 1 };
const keyOf = ({ scene_num }: ScenePlan): string => `${scene_num}`;

/** An idea becomes the script of a video, a batch of scenes at a time. */
export function ScriptPage() {
  const recovery = useRecovery<Video, Metadata | Scene>("script");
  const { past } = recovery;
  const [choice, setChoice] = useState<Video>(() => past?.input ?? firstChoice(location.search));
  const { start, outputs, inner: scenes, controls } = useNested(startScript, { retriesItems: true });
  const { progress } = scenes;

  const video = past?.input ?? choice;
  const { metadata: known, ...kept } = (past?.values ?? {}) as Record<string, Scene> & { metadata?: Metadata };
  const metadata = outputs?.metadata ?? known;
  const written: Record<string, Scene> = { ...kept, ...valuesOf(scenes.items) };
  const total = sceneCount(video.minutes);
  const items = scenes.items.length > 0 ? scenes.items : keptItems(planScenes(video.minutes, total), keyOf, written);
  const done = Object.keys(written).length;
  const credits = Object.values(written).reduce((sum, scene) => sum + scene.credits, metadata?.credits ?? 0);
  useKeep(recovery, controls, { values: { ...written, ...(metadata && { metadata }) }, done, total, credits });
  const priceOf = ({ minutes }: Video): number => PRICES.metadata + PRICES.scene * sceneCount(minutes);

  return (
    <SystemPage
      system={system}
      controls={<ScriptControls choice={choice} onChange={setChoice} />}
      run={controls}
      recovery={recovery}
      credits={credits}
      heading={metadata?.title_tgt ?? "Script"}
      cost={{ whole: priceOf(choice), left: priceOf(video) - credits }}
      onStart={() => start(choice, recovery.begin(choice, choice.idea, sceneCount(choice.minutes)))}
      onResume={() => start(video, recovery.resume())}
      counts={sayWritten(progress) ?? (past && `${done} of ${total} scenes written`)}
      details={metadata && opening(metadata, outputs?.continuity)}
    >
      {(done > 0 || scenes.items.length > 0) && (
        <Batches
          items={items}
          size={batchSizeOf(video)}
          onRetry={scenes.state === "paused" ? (key) => void scenes.retry(key) : undefined}
        />
      )}
    </SystemPage>
  );
}

const sayWritten = (progress: Progress | undefined): string | undefined =>
  progress && sayProgress(progress, `${progress.completed} of ${progress.total} scenes written`);

function opening({ hook_summary, character_bible }: Metadata, continuity: string[] | undefined) {
  return (
    <>
      <p>{hook_summary}</p>
      <p className="muted">{character_bible.map(({ name, role }) => `${name}, ${role}`).join("; ")}</p>
      {continuity && (
        <p data-testid="checked">
          {continuity.length === 0 ? "Checked: the scenes are continuous." : continuity.join(". ")}
        </p>
      )}
    </>
  );
}
