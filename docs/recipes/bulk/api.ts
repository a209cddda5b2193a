/** The bulk endpoints: orders that are paid for, polls, and what is asked before and after. */
import { callPhase, type FailureContext, HttpError, type TaskContext } from "sluicegate";
import { doubling, trackCall } from "../shared/calls";
import { type Account, Board, type BoardReply, type Generation, type Kind, type Scene } from "./board";

/** One attempt: orders are repeated by the run. */
const ONCE = { retry: { attempts: 1 } };

/** The retries of orders and polls. */
export const policyOf = ({ pace }: Board) => doubling(8, 500 * pace, 8_000 * pace);

export async function openBoard(signal: AbortSignal): Promise<Board> {
  return new Board(await callPhase<BoardReply>("/api/bulk/boards", {}, { signal }));
}

/** @throws HttpError 402 `{error, type: "INSUFFICIENT_TOKENS", required}` */
export async function checkCredits(kind: Kind, board: Board): Promise<void> {
  await callPhase("/api/bulk/check", { kind, count: board.countToBuy(kind) }, { resend: "always" });
}

export function readAccount({ id }: Board, signal: AbortSignal): Promise<Account> {
  return callPhase<Account>(`/api/bulk/boards/${id}/account`, undefined, { method: "GET", signal });
}

/** Buys it, unless it has been bought already: the run before this one may have been cancelled while it was made. */
export async function order(
  kind: Kind,
  board: Board,
  scene: Scene,
  { signal, idempotencyKey }: TaskContext,
): Promise<Generation> {
  const open = board.orderOf(kind, scene);
  if (open) return open;
  const { sceneNumber, preview } = scene;
  const body = {
    boardId: board.id,
    sceneNumber,
    prompt: board.promptOf(scene),
    ...(kind === "animation" ? { image_url: preview } : {}),
  };
  const placed = await callPhase<Generation>(`/api/bulk/${kind}`, body, {
    ...ONCE,
    signal,
    idempotencyKey,
  });
  board.keepOrder(kind, scene, placed);
  return placed;
}

/** Returns what asks for an order until it is done. All of it is one call of the page. */
export function pollerOf({ id }: Generation, board: Board) {
  const { fetch, until, shown } = trackCall("poll", id);
  const options = { method: "GET", retry: shown(policyOf(board)), fetch, waitOnline: true };
  const ask = ({ signal }: TaskContext): Promise<Generation> =>
    callPhase<Generation>(`/api/bulk/generations/${id}`, undefined, { ...options, signal });
  return { ask, until };
}

/** The address of what was made. What has failed for good may be ordered again. */
export function urlOf({ output_url, error }: Generation, kind: Kind, board: Board, scene: Scene): string {
  if (output_url !== undefined) return output_url;
  board.dropOrder(kind, scene);
  throw new Error(error ?? "The generation failed");
}

/**
 * Orders carry a key, so that what is in doubt may be repeated. Without credits the run waits for somebody to get some.
 */
export function classify(error: unknown, { verdict }: FailureContext): "retry" | "fail" | "pause" {
  if (error instanceof HttpError && error.status === 402) return "pause";
  // All the tries of a poll are over.
  if (error instanceof DOMException && error.name === "TimeoutError") return "fail";
  return verdict === "final" ? "fail" : "retry";
}
