import { useState } from "react";
import { RunPanel } from "../systems/RunPanel";
import { SystemPage } from "../systems/SystemPage";
import { lanes } from "./api";
import { Batches } from "./Batches";
import { firstChoice } from "./choice";
import source from "./pipeline.ts?raw";
import { batchSizeOf } from "./plan";
import { useRefused } from "./refused";
import { ScriptControls } from "./ScriptControls";
import type { Metadata, Video } from "./types";
import { useScript } from "./useScript";
import "../styles/script.css";

const recipe = { file: "www/src/script/pipeline.ts", source };

/** An idea becomes the script of a video, a batch of scenes at a time. */
export function ScriptPage() {
  const [choice, setChoice] = useState<Video>(() => firstChoice(location.search));
  const [started, setStarted] = useState(choice);
  const refused = useRefused();
  const { start, outputs, scenes, controls } = useScript();
  const { metadata, continuity } = outputs;

  const begin = (): void => {
    setStarted(choice);
    start(choice);
  };

  return (
    <SystemPage
      title="A script in batches"
      lead="Writes the scenes of a batch concurrently. All of them continue the same three previous scenes. The next batch starts when the whole batch is written. A failed scene pauses the run and can be retried."
      recipe={recipe}
      controls={<ScriptControls choice={choice} onChange={setChoice} refused={refused} />}
    >
      <RunPanel
        attempts={6}
        title={metadata?.title_tgt ?? "Script"}
        run={controls}
        lanes={lanes}
        startLabel="Write the script"
        onStart={begin}
        {...(scenes.progress && { counts: sayScenes(scenes.progress) })}
      >
        {metadata && (
          <Opening metadata={metadata} continuity={continuity} charged={chargedFor(metadata, scenes.items)} />
        )}
      </RunPanel>
      {scenes.items.length > 0 && <Batches scenes={scenes} size={batchSizeOf(started)} />}
    </SystemPage>
  );
}

type Scenes = ReturnType<typeof useScript>["scenes"];

function Opening({
  metadata,
  continuity,
  charged,
}: {
  metadata: Metadata;
  continuity: readonly string[] | undefined;
  charged: number;
}) {
  const { hook_summary, character_bible } = metadata;
  return (
    <div className="script-opening">
      <p>{hook_summary}</p>
      <p className="muted">{character_bible.map(({ name, role }) => `${name}, ${role}`).join("; ")}</p>
      <p data-testid="charged">{`Charged: ${charged} credits for the metadata and the written scenes.`}</p>
      {continuity && (
        <p data-testid="checked">
          {continuity.length === 0 ? "Checked: the scenes are continuous." : continuity.join(". ")}
        </p>
      )}
    </div>
  );
}

const chargedFor = (metadata: Metadata, items: Scenes["items"]): number =>
  items.reduce((sum, item) => sum + (item.status === "fulfilled" ? item.value.credits : 0), metadata.credits);

function sayScenes({ completed, inProgress, total, failed, cancelled }: NonNullable<Scenes["progress"]>): string {
  const parts = [`${completed} of ${total} scenes written`, `${inProgress} in progress`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (cancelled > 0) parts.push(`${cancelled} cancelled`);
  return parts.join(", ");
}
