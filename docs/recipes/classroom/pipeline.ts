import { callPhase, type Run, startInOrder, type TaskContext } from "sluicegate";
import type { RunJournal } from "sluicegate/journal";
import { tabLimiter } from "../shared/limiter";
import {
  type Lesson,
  type Outline,
  type Replies,
  type Speeches,
  type Stage,
  type Taught,
  track,
  unlessEmpty,
} from "./backend";
import { policy } from "./policy";

/** The scenes of all tabs. */
const backend = tabLimiter("classroom");

/** Content a few scenes ahead; actions and speech in order, each scene taking up what was said in the one before. */
export function teach(
  { stageId, outlines, contentAhead, pace }: Lesson,
  { journal, onJournalError }: { journal: RunJournal; onJournalError: (error: unknown) => void },
): Run<Taught, Outline> {
  const concurrency = Math.min(contentAhead, 10);

  // Once a scene: what is there is not bought again when a later stage fails. A success with nothing in it is asked for
  // again.
  const ask = <S extends Stage>(stage: S, outline: Outline, body: object, { step }: TaskContext) =>
    step(stage, ({ signal, idempotencyKey }) => {
      const { fetch, until, shown } = track(stage, outline);
      const check = (reply: Replies[S]) => void unlessEmpty(stage, reply);
      const options = { signal, idempotencyKey, fetch, check, timeout: 120_000 };
      return until(
        callPhase<Replies[S]>(
          `/api/classroom/${stage}`,
          { stageId, ...body },
          { ...options, retry: shown(policy(pace)) },
        ),
      );
    });

  const ends = new Map<string, string>();
  const run = startInOrder(outlines, {
    concurrency,
    limiter: backend,
    waitOnline: true,
    journal,
    onJournalError,
    repeatable: true, // all calls have keys
    key: ({ id }) => id,
    prepare: (outline, _, context) => ask("scene-content", outline, { outline }, context),
    commit: async (outline, { content, effectiveOutline }, previousSpeeches, context) => {
      const actions = { outline: effectiveOutline, content, previousSpeeches };
      const { scene, previousSpeeches: said } = await ask("scene-actions", outline, actions, context);
      const speech = await ask("speech", outline, { sceneId: scene.id, text: said.join(" ") }, context);
      return { value: { ...speech, scene, said, heard: previousSpeeches }, carry: said };
    },
    carry: [] as Speeches,
    onStepFailure: { prepare: concurrency > 1 ? "continue" : "pause", commit: "pause" },
    onCancel: "abort",
    // A scene without content is passed over; the lesson is not complete without it, and pauses at its end.
    onOutcome({ key, status }) {
      ends.set(key, status);
      if (ends.size === outlines.length) [...ends.values()].includes("rejected") ? run.pause() : run.resume();
    },
  });
  return run;
}
