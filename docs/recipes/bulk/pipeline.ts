import { pollUntil, type Run, startRun, type TaskContext } from "sluicegate";
import type { RunJournal } from "sluicegate/journal";
import { calls } from "../shared/calls";
import { tabLimiter } from "../shared/limiter";
import { classify, order, policyOf, pollerOf, urlOf } from "./api";
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
  calls.set([]);
  const interval = 1_000 * board.pace;
  const poll = { interval, timeout: TRIES[kind] * interval };
  const task = async (scene: Scene, _index: number, context: TaskContext) => {
    board.reserve(kind, scene);
    const placed = await order(kind, board, scene, context);
    if (placed.output_url !== undefined) return placed.output_url;
    const { ask, until } = pollerOf(placed, board);
    const done = await until(pollUntil(ask, { ...poll, context, done: ({ status }) => status !== "processing" }));
    return urlOf(done, kind, board, scene);
  };
  return startRun(board.scenesFor(kind), task, {
    concurrency: AT_ONCE[kind],
    limiter: backend,
    waitOnline: true,
    key: ({ sceneNumber }) => `${sceneNumber}`,
    skip: (scene) => scene[kind] !== null && { value: scene[kind] },
    retry: { ...policyOf(board), classify },
    journal,
    onJournalError,
    repeatable: true, // orders have keys
    onOutcome: (outcome, scene) => board.settle(kind, outcome, scene),
  });
}
