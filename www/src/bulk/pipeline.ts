import { pollUntil, type Run, startRun, type TaskContext } from "sluicegate";
import type { RunJournal } from "sluicegate/journal";
import { tabLimiter } from "../limiter";
import { ask, classify, order, urlOf } from "./api";
import type { Board, Kind, Scene } from "./board";

export const AT_ONCE = { preview: 5, animation: 3 };
const TRIES = { preview: 60, animation: 120 };
/** A 429 holds back all scenes of all tabs, and lowers what is tried at once. */
const backend = tabLimiter("bulk", { limit: 5, adaptive: { min: 2 } });

/**
 * Makes what the board lacks. What is cancelled or fails is refunded; what was bought for it is asked for by the next
 * start. After a reload or a crash, a start with the same journal repeats orders in doubt with their keys.
 */
export function generateAll(
  kind: Kind,
  board: Board,
  journal: RunJournal,
  onJournalError: (error: unknown) => void,
): Run<string, Scene> {
  const interval = 1_000 * board.pace;
  const poll = { interval, timeout: TRIES[kind] * interval, maxConsecutiveErrors: 8 };
  const task = async (scene: Scene, _index: number, context: TaskContext) => {
    board.reserve(kind, scene);
    const placed = await order(kind, board, scene, context);
    if (placed.output_url !== undefined) return placed.output_url;
    const done = await pollUntil(({ signal }) => ask(placed, signal), {
      ...poll,
      context,
      done: ({ status }) => status !== "processing",
    });
    return urlOf(done, kind, board, scene);
  };
  return startRun(board.scenesFor(kind), task, {
    concurrency: AT_ONCE[kind],
    limiter: backend,
    waitOnline: true,
    key: ({ sceneNumber }) => `${sceneNumber}`,
    skip: (scene) => scene[kind] !== null && { value: scene[kind] },
    retry: { attempts: 8, minDelay: interval / 2, maxDelay: 8 * interval, classify },
    journal,
    onJournalError,
    repeatable: true, // orders have keys
    onOutcome: (outcome, scene) => board.settle(kind, outcome, scene),
  });
}
