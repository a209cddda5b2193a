import { useMemo, useRef, useState } from "react";
import { RunPanel } from "../systems/RunPanel";
import { SystemPage } from "../systems/SystemPage";
import { lanes } from "./api";
import { type Pipeline, readPipeline } from "./definition";
import { examples } from "./examples";
import { Pictures } from "./Pictures";
import source from "./pipeline.ts?raw";
import { ResultPanel } from "./ResultPanel";
import { videosResult } from "./result";
import { useVideos } from "./useVideos";
import { YamlEditor } from "./YamlEditor";
import "../styles/videos.css";

const recipe = { file: "www/src/videos/pipeline.ts", source };

/** One picture is drawn, cut, and each of its panels made into a video. */
export function VideosPage() {
  const [yaml, setYaml] = useState<string>(examples[0].yaml);
  const [started, setStarted] = useState<Pipeline>();
  const read = useMemo(() => readPipeline(yaml), [yaml]);
  const editor = useRef<HTMLTextAreaElement>(null);
  const problems = "problems" in read ? read.problems : [];
  const { start, steps, videos, outputs, controls } = useVideos();

  const begin = (): void => {
    if (!("pipeline" in read)) {
      editor.current?.focus();
      return;
    }
    setStarted(read.pipeline);
    start(read.pipeline);
  };

  return (
    <SystemPage
      title="Images to videos"
      lead="A pipeline in YAML: generates one image with several panels, splits it in the browser, and generates a video from each panel."
      recipe={recipe}
      controls={<YamlEditor field={editor} yaml={yaml} problems={problems} onChange={setYaml} />}
    >
      <RunPanel
        attempts={6}
        title={started?.name ?? "Pipeline"}
        run={controls}
        lanes={lanes}
        startLabel={problems.length > 0 ? "Fix the YAML first" : "Run the pipeline"}
        onStart={begin}
        counts={started && sayStep(started, steps.items, videos.progress)}
      />
      {started && outputs && <Pictures pipeline={started} outputs={outputs} videos={videos} />}
      {started && videos.items.length > 0 && (
        <ResultPanel
          result={videosResult(started.steps.image_to_video, videos.items)}
          items={videos.items}
          picture={outputs?.text_to_image}
        />
      )}
    </SystemPage>
  );
}

type Videos = ReturnType<typeof useVideos>;

/** The progress of the pipeline: its step, and the videos of the last step. */
function sayStep({ steps }: Pipeline, items: Videos["steps"]["items"], progress: Videos["videos"]["progress"]): string {
  if (progress) {
    const { completed, total, inProgress, failed, cancelled } = progress;
    const parts = [`${completed} of ${total} videos`, `${inProgress} in progress`];
    if (failed > 0) parts.push(`${failed} failed`);
    if (cancelled > 0) parts.push(`${cancelled} cancelled`);
    return parts.join(", ");
  }
  const at = items.find(({ status }) => status !== "fulfilled");
  const step = at && steps[at.key as keyof Pipeline["steps"]];
  return step ? `Step ${at.index + 1} of ${items.length}: ${step.name}` : "Starting";
}
