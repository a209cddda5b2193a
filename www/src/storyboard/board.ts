/** The state of a storyboard page, and the reducer that changes it. */

import { type Failure, toFailure } from "recipes/shared/failure";
import type { Finished, Kind, Scene, WantedPiece } from "recipes/storyboard/api";
import { missingPieces, urlOf, withMade } from "recipes/storyboard/record";
import type { StoryEvent } from "recipes/storyboard/story";
import type { Outcome, RunReport } from "sluicegate";
import { shareOf } from "./progress";

export type Phase = "script" | "audio" | "images" | "finalizing";
export type Status = "idle" | "unfinished" | Phase | "complete" | "partial" | "cancelled" | "failed";
export type PieceState = "waiting" | "running" | "done" | "failed" | "cancelled";

type RunStatus = RunReport<unknown>["status"];

export interface Piece {
  readonly state: PieceState;
  /** Whether the piece waits because it was requested alone. */
  readonly asked?: boolean;
  readonly failure?: Failure;
}
export interface BoardScene extends Scene {
  readonly pieces: Readonly<Record<Kind, Piece>>;
}
export interface Board {
  readonly status: Status;
  /** The phases are gone through. */
  readonly phasing: boolean;
  /** Single pieces are being made, not the pipeline's chunks: more of them can be asked for. */
  readonly remaking: boolean;
  /** Of the whole, 0 to 1; never falls. */
  readonly fraction: number;
  readonly title: string;
  readonly scenes: readonly BoardScene[];
  /** Credits for pieces that were replaced. */
  readonly remade: number;
  readonly failure: Failure | undefined;
  readonly finished: Finished | undefined;
}

export type BoardAction =
  | { type: "started" }
  | { type: "phase"; phase: Phase; fraction: number }
  | Exclude<StoryEvent, { type: "kept" }>
  | { type: "wanted"; pieces: readonly WantedPiece[] }
  /** An earlier visit has come so far. */
  | { type: "reopened"; status: Status; finished: Finished | undefined; remade: number }
  /** The run of single pieces has ended, or that of the phases. */
  | { type: "remade"; status: RunStatus }
  | { type: "over"; status: RunStatus; error: unknown; finished: Finished | undefined };

export const emptyBoard: Board = {
  status: "idle",
  phasing: false,
  remaking: false,
  fraction: 0,
  title: "",
  scenes: [],
  remade: 0,
  failure: undefined,
  finished: undefined,
};

/** Scenes that the backend makes in one call of a phase. */
const CHUNK = { audio: 1, images: 4 } as const;

export const isRunning = (status: Status): boolean =>
  status === "script" || status === "audio" || status === "images" || status === "finalizing";

/** A run that goes on with a story counts from its own beginning: what was reached before stays reached. */
export function boardReducer(board: Board, action: BoardAction): Board {
  const next = reduce(board, action);
  return { ...next, fraction: Math.max(next.fraction, shareOf(next.scenes, next.finished !== undefined)) };
}

function reduce(board: Board, action: BoardAction): Board {
  switch (action.type) {
    case "started":
      return { ...emptyBoard, status: "script" };
    case "phase":
      return { ...withPhase(board, action.phase), phasing: true, fraction: Math.max(board.fraction, action.fraction) };
    case "project":
      return { ...board, title: action.project.title, scenes: withProject(board.scenes, action.project.scenes) };
    case "chunk":
      return { ...board, scenes: withChunk(board.scenes, action.kind, action.startIndex) };
    case "wanted":
      return withWishes(board, action.pieces);
    case "making":
      return withPiece(board, action.piece, { state: "running" });
    case "made":
      return { ...withOutcome(board, action.piece, action.outcome), remade: action.remade };
    case "reopened":
      return { ...board, status: action.status, finished: action.finished, remade: action.remade };
    case "remade":
      return { ...board, remaking: false, status: board.phasing ? board.status : endOf(board, action.status) };
    case "over":
      return withEnd(
        { ...board, phasing: false, remaking: false, finished: action.finished ?? board.finished },
        action.status,
        action.error,
      );
  }
}

function withEnd(board: Board, status: RunStatus, error: unknown): Board {
  if (status === "failed") {
    const failure = toFailure(error);
    return { ...board, status, failure, scenes: settle(board.scenes, ["running"], { state: "failed", failure }) };
  }
  if (status === "cancelled")
    return { ...board, status, scenes: settle(board.scenes, ["running", "waiting"], { state: "cancelled" }) };
  return { ...board, status: endOf(board, status), fraction: 1 };
}

/** Single pieces that fail say so themselves. */
const endOf = (board: Board, status: RunStatus): Status =>
  status === "cancelled" ? status : isWhole(board) ? "complete" : "partial";

const isWhole = ({ scenes, finished }: Board): boolean => finished !== undefined && missingPieces(scenes).length === 0;

/** Outside of the phases sounds and pictures may be remade side by side: then the heavier ones give their name. */
function withWishes(board: Board, pieces: readonly WantedPiece[]): Board {
  const heavy = board.status === "images" || pieces.some((piece) => piece.kind === "images");
  return pieces.reduce<Board>((changed, piece) => withPiece(changed, piece, { state: "waiting", asked: true }), {
    ...board,
    status: board.phasing ? board.status : heavy ? "images" : "audio",
    remaking: true,
    failure: undefined,
  });
}

/** Returns the scenes with the pieces that `change` makes of theirs. */
function withPieces(
  scenes: readonly BoardScene[],
  change: (piece: Piece, kind: Kind, scene: BoardScene) => Piece,
): BoardScene[] {
  return scenes.map((scene) => {
    const changed = (kind: Kind): Piece => change(scene.pieces[kind], kind, scene);
    return { ...scene, pieces: { audio: changed("audio"), images: changed("images") } };
  });
}

const UNKNOWN = { audio: { state: "waiting" }, images: { state: "waiting" } } as const;

/** The server's record, with what this page knows about pieces that have not arrived. */
const withProject = (known: readonly BoardScene[], scenes: readonly Scene[]): BoardScene[] =>
  withPieces(
    scenes.map((scene, position) => ({ ...scene, pieces: known[position]?.pieces ?? UNKNOWN })),
    (before, kind, scene) => {
      if (urlOf(scene, kind) !== null) return { state: "done" };
      return before.state === "done" ? { state: "waiting" } : before;
    },
  );

function withChunk(scenes: readonly BoardScene[], kind: Kind, startIndex: number): BoardScene[] {
  const isIn = ({ index }: Scene): boolean => index >= startIndex && index < startIndex + CHUNK[kind];
  return withPieces(scenes, (piece, of, scene) =>
    of === kind && isIn(scene) && urlOf(scene, kind) === null ? { state: "running" } : piece,
  );
}

function withPiece(board: Board, { kind, index }: WantedPiece, state: Piece, made?: Scene): Board {
  const change = (scene: BoardScene): BoardScene => {
    const arrived = made === undefined ? scene : withMade(scene, kind, made);
    return { ...arrived, pieces: { ...scene.pieces, [kind]: state } };
  };
  return { ...board, scenes: board.scenes.map((scene) => (scene.index === index ? change(scene) : scene)) };
}

function withOutcome(board: Board, piece: WantedPiece, outcome: Outcome<Scene>): Board {
  if (outcome.status === "fulfilled") return withPiece(board, piece, { state: "done" }, outcome.value);
  if (outcome.status === "rejected")
    return withPiece(board, piece, { state: "failed", failure: toFailure(outcome.reason) });
  return withPiece(board, piece, { state: piece.replaces === null ? "cancelled" : "done" });
}

/** A run that sets out again comes past everything that is not there. */
function withPhase(board: Board, phase: Phase): Board {
  if (phase === board.status) return board;
  const scenes =
    phase === "finalizing" ? board.scenes : settle(board.scenes, ["failed", "cancelled"], { state: "waiting" });
  return { ...board, scenes, status: phase, failure: undefined };
}

/** Ends what was under way. A piece that was only being made anew still has its old self. */
const settle = (scenes: readonly BoardScene[], states: readonly PieceState[], end: Piece): BoardScene[] =>
  withPieces(scenes, (piece, kind, scene) => {
    if (!states.includes(piece.state)) return piece;
    return urlOf(scene, kind) === null ? end : { state: "done" };
  });
