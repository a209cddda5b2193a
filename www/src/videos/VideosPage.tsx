import { useMemo, useRef, useState } from "react";
import type { Picture, Video } from "recipes/videos/api";
import { type Pipeline, readPipeline } from "recipes/videos/definition";
import { examples } from "recipes/videos/examples";
import { startVideoPipeline } from "recipes/videos/pipeline";
import source from "recipes/videos/pipeline.ts?raw";
import { planOf, videosResult } from "recipes/videos/result";
import type { Progress } from "sluicegate";
import type { RunItem } from "../runs/ItemGrid";
import { type System, SystemPage, sayProgress } from "../runs/SystemPage";
import { useNested } from "../runs/useNested";
import { keptItems, useKeep, useRecovery, valuesOf } from "../runs/useRecovery";
import { Pictures } from "./Pictures";
import { ResultPanel } from "./ResultPanel";
import { YamlEditor } from "./YamlEditor";

const system: System = {
  page: "videos",
  title: "Images to videos",
  lead: "A pipeline in YAML: generates one image with several panels, splits it in the browser, and generates a video from each panel.",
  source,
  limit: "5 videos",
  pieces: "videos",
  startLabel: "Run the pipeline",
};

const FIX = "Fix the YAML first";

/** One picture is drawn, cut, and each of its panels made into a video. */
export function VideosPage() {
  const recovery = useRecovery<{ yaml: string; pipeline: Pipeline }, Video | Picture>("videos");
  const { past } = recovery;
  const [yaml, setYaml] = useState<string>(past?.input.yaml ?? examples[0].yaml);
  const read = useMemo(() => readPipeline(yaml), [yaml]);
  const editor = useRef<HTMLTextAreaElement>(null);
  const problems = "problems" in read ? read.problems : [];
  const nested = useNested(startVideoPipeline, { retriesItems: false, itemName: "Image" });
  const { start, steps, inner: videos, outputs, controls } = nested;

  const pipeline = past?.input.pipeline;
  const { picture: known, ...kept } = (past?.values ?? {}) as Record<string, Video> & { picture?: Picture };
  const picture = outputs?.text_to_image ?? known;
  const values: Record<string, Video> = { ...kept, ...valuesOf(videos.items) };
  const done = Object.keys(values).length;
  const credits = [picture, ...Object.values(values)].reduce((sum, made) => sum + (made?.cost_estimate ?? 0), 0);
  const { total, cost } = pipeline ? planOf(pipeline) : { total: 0, cost: 0 };
  useKeep(recovery, controls, { values: { ...values, ...(picture && { picture }) }, done, total, credits });
  const keys = (pipeline ? Array.from({ length: total }, (_, n) => n + 1) : []).map((n) =>
    pipeline!.steps.split_image.params.naming.replaceAll("{n}", `${n}`),
  );
  const items = videos.items.length > 0 ? videos.items : keptItems(keys, (key) => key, values);

  const begin = (): void => {
    if (!("pipeline" in read)) {
      editor.current?.focus();
      return;
    }
    const next = read.pipeline;
    start(next, recovery.begin({ yaml, pipeline: next }, next.name, planOf(next).total));
  };

  return (
    <SystemPage
      system={system}
      controls={<YamlEditor field={editor} yaml={yaml} problems={problems} onChange={setYaml} />}
      run={controls}
      recovery={recovery}
      credits={credits}
      heading={pipeline?.name ?? "Pipeline"}
      cost={{ whole: "pipeline" in read ? planOf(read.pipeline).cost : 0, left: cost - credits }}
      onStart={begin}
      onResume={() => pipeline && start(pipeline, recovery.resume())}
      obstacle={problems.length > 0 ? FIX : undefined}
      counts={pipeline && controls.state !== "idle" ? sayStep(pipeline, steps, videos.progress) : undefined}
    >
      {pipeline && picture && (
        <Pictures
          pipeline={pipeline}
          picture={picture}
          panels={outputs?.split_image}
          items={items}
          onRetry={videos.items.length > 0 ? (key) => void videos.retry(key) : undefined}
        />
      )}
      {pipeline && (videos.items.length > 0 || done > 0) && (
        <ResultPanel result={videosResult(pipeline.steps.image_to_video, items)} items={items} picture={picture} />
      )}
    </SystemPage>
  );
}

/** The progress of the pipeline: its step, and the videos of the last step. */
function sayStep({ steps }: Pipeline, items: readonly RunItem<unknown>[], progress: Progress | undefined): string {
  if (progress) return sayProgress(progress, `${progress.completed} of ${progress.total} videos`);
  const at = items.find(({ status }) => status !== "fulfilled");
  const step = at && steps[at.key as keyof Pipeline["steps"]];
  return step ? `Step ${at.index + 1} of ${items.length}: ${step.name}` : "Starting";
}
