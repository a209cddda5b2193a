import { processPhase, startPipeline, type TaskContext } from "sluicegate";
import type { Kind, Script } from "./api";
import { kinds } from "./record";
import type { Outputs, Story } from "./story";

/** Weights of the phases. */
export const WEIGHTS = { script: 10, audio: 30, images: 50, finalize: 10 };

type Make = (script: Script, kinds: readonly Kind[], context: TaskContext) => Promise<void>;

/**
 * A text becomes scenes, sounds and pictures, and whatever is missing then is tried in two rounds. With the same
 * journal it goes on where it was: each call has a key by what it makes.
 */
export function startStory(story: Story, makePieces: Make) {
  const makeAll = (kind: Kind) => ({
    weight: WEIGHTS[kind],
    repeatable: true,
    run: ({ script }: Partial<Outputs>, context: TaskContext) => {
      if (story.way === "chunks") return makeChunks(story, kind, script!, context);
      return makePieces(script!, story.way === "concurrent" ? kinds : [kind], context);
    },
  });
  const round = {
    weight: 0,
    repeatable: true,
    skip: () => story.isWhole,
    run: ({ script }: Partial<Outputs>, context: TaskContext) => makePieces(script!, kinds, context),
  };
  const charge = async ({ script }: Partial<Outputs>, context: TaskContext) => {
    if (story.fillsIn) await makePieces(script!, kinds, context);
    return story.finalize(script!, context);
  };
  const { journal, onJournalError } = story.recovery;
  return startPipeline<Outputs>(
    [
      { name: "script", weight: WEIGHTS.script, repeatable: true, run: (_, context) => story.write(context) },
      { name: "audio", ...makeAll("audio") },
      { name: "images", ...makeAll("images") },
      { name: "firstRound", ...round },
      { name: "secondRound", ...round },
      { name: "finalize", weight: WEIGHTS.finalize, repeatable: true, run: charge },
    ],
    { journal, onJournalError, onCancel: "abort" },
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
