import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { createGenerationServer } from "../../www/server/index.mjs";
import { hurry, openPage, recipeOf } from "./bundle.mjs";

hurry(100);
const server = createGenerationServer({ seed: 7 });
const { url } = await server.listen();
const { lab } = server;
openPage(url);
const { memoryJournal } = await import("sluicegate/journal");
after(() => server.close());
beforeEach(() => {
  lab.faults = { preset: "calm" };
  lab.reset({ credits: 1000 });
});

const kept = () => ({ journal: memoryJournal(), onJournalError: assert.ifError });

/**
 * The pages, each with a run that resolves to the number of its pieces and their price. A run that is not whole throws.
 * @type {Record<string, () => Promise<{pieces: number, credits: number}>>}
 */
const pages = {
  "the storyboard": () => story("concurrent"),
  "the storyboard, chunk by chunk": () => story("chunks"),
  "the storyboard with an asynchronous backend": () => story("submissions"),

  async "bulk generation"() {
    const { generateAll, openBoard } = await recipeOf("bulk");
    const board = await openBoard(new AbortController().signal);
    let pieces = 0;
    let credits = 0;
    for (const kind of ["preview", "animation"]) {
      const count = board.countToBuy(kind);
      const { journal, onJournalError } = kept();
      await whole(generateAll(kind, board, journal, onJournalError));
      pieces += count;
      credits += count * board.prices[kind];
    }
    return { pieces, credits };
  },

  async classroom() {
    const { teach, lessons } = await recipeOf("classroom");
    const [{ id, outlines }] = lessons;
    await whole(teach({ stageId: `${id}-${performance.now()}`, outlines, contentAhead: 10, pace: 1 }, kept()));
    return { pieces: 3 * outlines.length, credits: 6 * outlines.length };
  },

  async script() {
    const { startScript, firstChoice, keysOf } = await recipeOf("script");
    const video = { ...firstChoice(""), minutes: 3, batchSize: 10, apiKeys: keysOf(10), pace: 1 };
    const { outputs } = await whole(startScript(video, { ...kept(), watch: unpaused }));
    return { pieces: 1 + outputs.count, credits: 2 + outputs.count };
  },

  async videos() {
    const { startVideoPipeline, readPipeline, examples } = await recipeOf("videos");
    const { pipeline } = readPipeline(examples.find(({ id }) => id === "nine").yaml);
    const result = (await whole(startVideoPipeline(pipeline, { ...kept(), watch: () => {} }))).outputs.image_to_video;
    assert.equal(result.error, null);
    const { output_paths, cost } = result;
    return { pieces: 1 + output_paths.length, credits: 4 + cost };
  },
};

/** @param {string} way */
async function story(way) {
  const { startStory, Story, startPieces, stories } = await recipeOf("storyboard");
  const { text, title } = stories[0];
  const tale = new Story({ id: `story ${performance.now()}`, ...kept() }, { text, title, way }, () => {});
  const makePieces = async (script, kinds, { signal }) => {
    const wanted = await tale.missing(script, kinds, signal);
    if (wanted.length === 0) return;
    const run = startPieces(tale, script);
    run.add(wanted);
    await run.finished;
  };
  const { outputs } = await whole(startStory(tale, makePieces));
  const { sceneCount } = outputs.script;
  assert.equal(outputs.finalize.creditsUsed, 2 + 5 * sceneCount);
  return { pieces: 2 * sceneCount, credits: 2 + 5 * sceneCount };
}

/** A run that pauses waits for a visitor: here it fails. */
function unpaused(run) {
  run.subscribe(() => {
    const failed = run.snapshot.items.find(({ status }) => status === "rejected");
    if (run.state === "paused") run.cancel(failed?.reason);
  });
}

/** Resolves to a run that completed with all its items, and throws its first error otherwise. */
async function whole(run) {
  unpaused(run);
  const { status, error } = await run.finished;
  if (error) throw error.errors[0];
  assert.equal(status, "completed");
  return run;
}

for (const [page, run] of Object.entries(pages)) {
  describe(page, () => {
    for (const quota of [1, 2, 3]) {
      test(`completes at a quota of ${quota}, and pays each piece once`, async () => {
        lab.faults.quota = quota;
        const { pieces, credits } = await run();
        const { piecesGenerated, creditsUsed, doubleGenerations, doubleCharges, maxInFlight } = lab.stats;
        assert.deepEqual(
          { piecesGenerated, creditsUsed, doubleGenerations, doubleCharges },
          { piecesGenerated: pieces, creditsUsed: credits, doubleGenerations: 0, doubleCharges: 0 },
        );
        assert.ok(maxInFlight <= quota, `${maxInFlight} at once`);
      });
    }
  });
}
