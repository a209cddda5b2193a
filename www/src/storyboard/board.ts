/** What is on the page of one storyboard, and how everything that happens changes it. */
import type { Outcome } from "sluicegate";
import type { Finished, Kind, Project, Scene, WantedPiece } from "../api";
import { toFailure, type Failure } from "../failure";

export type Phase = "script" | "audio" | "images" | "finalizing";
export type Status = "idle" | Phase | "complete" | "partial" | "cancelled" | "failed";
export type PieceState = "waiting" | "running" | "done" | "failed" | "cancelled";

export interface Piece {
  readonly state: PieceState;
  /** Waiting because somebody asked for just this piece. */
  readonly asked?: boolean;
  readonly failure?: Failure;
}
export interface BoardScene extends Scene {
  readonly pieces: Readonly<Record<Kind, Piece>>;
}
export interface Board {
  readonly status: Status;
  /** Single pieces are being made, not the pipeline: more of them can be asked for. */
  readonly remaking: boolean;
  readonly title: string;
  readonly scenes: readonly BoardScene[];
  readonly failure: Failure | undefined;
  readonly finished: Finished | undefined;
}

export type BoardAction =
  | { type: "started" }
  | { type: "phase"; phase: Phase }
  | { type: "project"; project: Project }
  | { type: "chunk"; kind: Kind; startIndex: number }
  | { type: "wanted"; pieces: readonly WantedPiece[] }
  | { type: "making"; piece: WantedPiece }
  | { type: "made"; piece: WantedPiece; outcome: Outcome<Scene> }
  | { type: "finished"; finished: Finished }
  | { type: "ended" }
  | { type: "failed"; error: unknown }
  | { type: "cancelled" };

export const emptyBoard: Board = { status: "idle", remaking: false, title: "", scenes: [], failure: undefined, finished: undefined };
export const kinds = ["audio", "images"] as const;

/** Scenes that the backend makes in one call of a phase. */
const CHUNK = { audio: 1, images: 4 } as const;

export const isRunning = (status: Status): boolean =>
  status === "script" || status === "audio" || status === "images" || status === "finalizing";

export const urlOf = (scene: Scene, kind: Kind): string | null => (kind === "audio" ? scene.audioUrl : scene.imageUrl);

/** The scenes at or after `from` that have no sound, or no picture, yet. */
export function missing(scenes: readonly Scene[], kind: Kind, from = 0): number[] {
  return scenes.filter((scene) => scene.index >= from && urlOf(scene, kind) === null).map((scene) => scene.index);
}

export const missingPieces = (scenes: readonly Scene[]): WantedPiece[] =>
  kinds.flatMap((kind) => missing(scenes, kind).map((index) => ({ kind, index, replaces: null })));

export function pieceOf(scenes: readonly Scene[], kind: Kind, index: number): WantedPiece {
  const scene = scenes[index];
  return { kind, index, replaces: scene === undefined ? null : urlOf(scene, kind) };
}

export function boardReducer(board: Board, action: BoardAction): Board {
  switch (action.type) {
    case "started":
      return { ...emptyBoard, status: "script" };
    case "phase":
      return { ...withPhase(board, action.phase), status: action.phase, remaking: false, failure: undefined };
    case "project":
      return { ...board, title: action.project.title, scenes: withProject(board.scenes, action.project.scenes) };
    case "chunk":
      return { ...board, scenes: withChunk(board.scenes, action.kind, action.startIndex) };
    case "wanted":
      return withWishes(board, action.pieces);
    case "making":
      return withPiece(board, action.piece, { state: "running" });
    case "made":
      return withOutcome(board, action.piece, action.outcome);
    case "finished":
      return { ...board, finished: action.finished };
    case "ended":
      return { ...board, remaking: false, status: isWhole(board) ? "complete" : "partial" };
    case "failed": {
      const failure = toFailure(action.error);
      const scenes = settle(board.scenes, ["running"], { state: "failed", failure });
      return { ...board, status: "failed", remaking: false, failure, scenes };
    }
    case "cancelled": {
      const scenes = settle(board.scenes, ["running", "waiting"], { state: "cancelled" });
      return { ...board, status: "cancelled", remaking: false, scenes };
    }
  }
}

const isWhole = ({ scenes, finished }: Board): boolean =>
  finished !== undefined && missingPieces(scenes).length === 0;

/** Sounds and pictures may be remade side by side: then the heavier ones name the phase. */
function withWishes(board: Board, pieces: readonly WantedPiece[]): Board {
  const heavy = board.status === "images" || pieces.some((piece) => piece.kind === "images");
  return pieces.reduce<Board>((changed, piece) => withPiece(changed, piece, { state: "waiting", asked: true }), {
    ...board,
    status: heavy ? "images" : "audio",
    remaking: true,
    failure: undefined,
  });
}

/** The server's record, with what this page knows about pieces that have not arrived. */
function withProject(known: readonly BoardScene[], scenes: readonly Scene[]): BoardScene[] {
  return scenes.map((scene, position) => {
    const before = known[position]?.pieces;
    const piece = (kind: Kind): Piece => {
      if (urlOf(scene, kind) !== null) return { state: "done" };
      return before === undefined || before[kind].state === "done" ? { state: "waiting" } : before[kind];
    };
    return { ...scene, pieces: { audio: piece("audio"), images: piece("images") } };
  });
}

function withChunk(scenes: readonly BoardScene[], kind: Kind, startIndex: number): BoardScene[] {
  const end = startIndex + CHUNK[kind];
  return scenes.map((scene) =>
    scene.index >= startIndex && scene.index < end && urlOf(scene, kind) === null
      ? { ...scene, pieces: { ...scene.pieces, [kind]: { state: "running" } } }
      : scene,
  );
}

function withPiece(board: Board, { kind, index }: WantedPiece, state: Piece, arrived?: Partial<Scene>): Board {
  const change = (scene: BoardScene): BoardScene => ({ ...scene, ...arrived, pieces: { ...scene.pieces, [kind]: state } });
  return { ...board, scenes: board.scenes.map((scene) => (scene.index === index ? change(scene) : scene)) };
}

function withOutcome(board: Board, piece: WantedPiece, outcome: Outcome<Scene>): Board {
  if (outcome.status === "rejected") return withPiece(board, piece, { state: "failed", failure: toFailure(outcome.reason) });
  if (outcome.status !== "fulfilled") return withPiece(board, piece, { state: "cancelled" });
  const { imageUrl, audioUrl, audioSeconds } = outcome.value;
  // Only this kind is taken over: the other one may be newer here than in this reply.
  return withPiece(board, piece, { state: "done" }, piece.kind === "images" ? { imageUrl } : { audioUrl, audioSeconds });
}

/** A run that sets out again comes past everything that is not there. */
function withPhase(board: Board, phase: Phase): Board {
  if (phase === "finalizing") return board;
  return { ...board, scenes: settle(board.scenes, ["failed", "cancelled"], { state: "waiting" }) };
}

/** Ends what was under way. A piece that was only being made anew still has its old self. */
function settle(scenes: readonly BoardScene[], states: readonly PieceState[], piece: Piece): BoardScene[] {
  return scenes.map((scene) => {
    const settled = (kind: Kind): Piece => {
      if (!states.includes(scene.pieces[kind].state)) return scene.pieces[kind];
      return urlOf(scene, kind) === null ? piece : { state: "done" };
    };
    return { ...scene, pieces: { audio: settled("audio"), images: settled("images") } };
  });
}
