import { processPhase, startPipeline, type TaskContext } from "sluicegate";
import { finalize, type Kind, type Script, writeScript } from "../api";
import { WEIGHTS } from "./progress";
import { kinds } from "./record";
import type { Outputs, Story } from "./story";

type Make = (script: Script, kinds: readonly Kind[], context: TaskContext) => Promise<void>;

/**
 * A text becomes scenes, sounds and pictures, and whatever is missing then is tried in two rounds. It begins where the
 * story stands.
 */
export function startStory(story: Story, makePieces: Make) {
  const makeAll = (kind: Kind, script: Script, context: TaskContext) => {
    if (story.way === "chunks") return makeChunks(story, kind, script, context);
    return makePieces(script, story.way === "concurrent" ? kinds : [kind], context);
  };
  const round = {
    weight: 0,
    skip: () => story.isWhole,
    run: ({ script }: Partial<Outputs>, context: TaskContext) => makePieces(script!, kinds, context),
  };
  return startPipeline<Outputs>(
    [
      { name: "script", weight: WEIGHTS.script, run: (_, { signal }) => writeScript(story, signal) },
      { name: "audio", weight: WEIGHTS.audio, run: ({ script }, context) => makeAll("audio", script!, context) },
      { name: "images", weight: WEIGHTS.images, run: ({ script }, context) => makeAll("images", script!, context) },
      { name: "firstRound", ...round },
      { name: "secondRound", ...round },
      {
        name: "finalize",
        weight: WEIGHTS.finalize,
        skip: () => story.isPaid,
        run: ({ script }, { signal }) => finalize(script!, signal),
      },
    ],
    { from: story.from, outputs: story.outputs, onCancel: "abort" },
  );
}

/** Chunk after chunk, because each rewrites the whole record; from the first that is missing. */
async function makeChunks(story: Story, kind: Kind, script: Script, { signal, report }: TaskContext) {
  const startIndex = await story.nextStart(script, kind, signal);
  if (startIndex === undefined) return;
  await processPhase(({ startIndex, signal }) => story.chunk(script, { phase: kind, startIndex }, signal), {
    startIndex,
    stagger: 100,
    signal,
    progress: ({ audioGenerated, imagesGenerated }) => ({
      completed: imagesGenerated ?? audioGenerated ?? 0,
      total: script.sceneCount,
    }),
    onProgress: ({ fraction }) => report({ fraction }),
  });
}
