import { pollUntil, type Run, type RunSnapshot, startRun, type TaskContext } from "sluicegate";
import { concernsAll } from "../shared/failure";
import { tabLimiter } from "../shared/limiter";
import { remakePiece, type Scene, type Script, type Submission, submission, type WantedPiece } from "./api";
import type { Story } from "./story";

// Images are heavier than audio.
const atOnce = { audio: tabLimiter("audio", { limit: 3 }), images: tabLimiter("images", { limit: 2 }) };
const interval = { audio: 1_200, images: 2_000 };
const LONG = 20_000;
/** When one who asks is sent away for long, all wait. */
export const asking = tabLimiter("submissions");

export const isSettled = (item: RunSnapshot<unknown>["items"][number]): boolean => "attempts" in item;

/**
 * Single sounds and pictures, a few of a kind at once. More may be added while they are made; the last answer ends the
 * run.
 */
export function startPieces(story: Story, script: Script): Run<Scene, WantedPiece> {
  const make = story.way === "submissions" ? submit : remakePiece;
  const run = startRun<WantedPiece, Promise<Scene>>(
    [],
    (piece, _, context) =>
      atOnce[piece.kind].run(() => (story.begin(piece), make(script, piece, context)), { signal: context.signal }),
    {
      concurrency: Infinity,
      open: true,
      onCancel: "abort",
      onFailure: (error) => (concernsAll(error) ? "stop" : "continue"),
      onOutcome: (outcome, piece) => story.settle(piece, outcome),
    },
  );
  run.subscribe(() => run.snapshot.items.every(isSettled) && run.end());
  return run;
}

/** Asks by submitting again, under the same key, until the piece is there. */
async function submit(script: Script, piece: WantedPiece, context: TaskContext): Promise<Scene> {
  const { ask, until } = submission(script, piece);
  const isComplete = (reply: Submission): reply is Submission & { status: "complete" } => {
    if ((reply.retryAfterMs ?? 0) >= LONG) asking.cooldown(reply.retryAfterMs!);
    return reply.status === "complete";
  };
  const options = { context, limiter: asking, interval: interval[piece.kind] };
  return (await until(pollUntil(ask, { ...options, done: isComplete }))).scene;
}
