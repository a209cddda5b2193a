import type { Outcome, Run, TaskContext } from "sluicegate";
import type { Recoverable } from "../shared/recoverable";
import {
  type Chunk,
  type ChunkName,
  type Finished,
  finalize,
  getProject,
  type Kind,
  makeChunk,
  type Project,
  type Scene,
  type Script,
  type WantedPiece,
  writeScript,
} from "./api";
import { missing, missingPieces, withMade } from "./record";

/** The outputs of the phases of a story. The server keeps the record of sounds and pictures. */
export interface Outputs {
  script: Script;
  audio: unknown;
  images: unknown;
  firstRound: unknown;
  secondRound: unknown;
  finalize: Finished;
}
export type Phase = keyof Outputs;

export type StoryRun = Run<Outputs[Phase]> & { readonly outputs: Readonly<Partial<Outputs>> };

/**
 * How audio and images are made: both kinds at once, chunk after chunk, kind after kind, or kind after kind with an
 * asynchronous backend.
 */
export type Way = "concurrent" | "chunks" | "pieces" | "submissions";

export interface StoryInput {
  readonly text: string;
  readonly title: string | undefined;
  readonly way: Way;
}
/** Credits for each piece, as the demo server charges them. */
export const PRICES = { script: 2, audio: 1, images: 4 };

/** What a later visit needs beside the journal. */
export interface Kept {
  readonly script?: Script;
  readonly finished?: Finished;
  /** The chunk that was asked for last and not answered. */
  readonly open?: ChunkName | undefined;
  /** Credits for pieces that were replaced. */
  readonly remade?: number;
}

/** What happens to a story. */
export type StoryEvent =
  | { type: "project"; project: Project }
  | { type: "chunk"; kind: Kind; startIndex: number }
  | { type: "making"; piece: WantedPiece }
  | { type: "made"; piece: WantedPiece; outcome: Outcome<Scene>; remade: number }
  | { type: "kept"; kept: Kept };

/** One text on its way to a storyboard, and how far it came: what a later run goes on from. */
export class Story {
  way: Way;
  scenes: readonly Scene[] = [];
  /** Whether the missing pieces are made before the storyboard is charged. */
  #fillsIn = false;
  /** Start index of each kind. */
  #next: Record<Kind, number> = { audio: 0, images: 0 };

  constructor(
    readonly recovery: Recoverable,
    readonly input: StoryInput,
    readonly tell: (event: StoryEvent) => void,
    public kept: Kept = {},
  ) {
    this.way = input.way;
  }

  get isWhole(): boolean {
    return missingPieces(this.scenes).length === 0;
  }

  #keep(change: Kept): void {
    this.kept = { ...this.kept, ...change };
    this.tell({ type: "kept", kept: this.kept });
  }

  /** Shows what an earlier visit has made. */
  async reopen(signal: AbortSignal): Promise<void> {
    const { script } = this.kept;
    if (script) await this.#refresh(script, signal);
  }

  async write({ signal, idempotencyKey }: TaskContext): Promise<Script> {
    const script = await writeScript(this.input, { signal, idempotencyKey });
    this.#keep({ script });
    return script;
  }

  async finalize(script: Script, { signal }: TaskContext): Promise<Finished> {
    const finished = await finalize(script, signal);
    this.#keep({ finished });
    return finished;
  }

  /** From now on piece by piece; what has been gone through by chunks is looked through for gaps. */
  fillIn(): void {
    if (this.way === "chunks") this.way = "pieces";
    this.#fillsIn = true;
  }

  get fillsIn(): boolean {
    return this.#fillsIn && !this.isWhole;
  }

  /** The pieces of these kinds that the server has not. */
  async missing(script: Script, of: readonly Kind[], signal: AbortSignal): Promise<WantedPiece[]> {
    const { open } = this.kept;
    this.#keep({ open: undefined });
    // A chunk that was cut off may be made by now: under its old key it is handed over, and not paid for again.
    if (open) await makeChunk(script, open, signal).catch(() => signal.throwIfAborted());
    await this.#refresh(script, signal);
    return missingPieces(this.scenes, of);
  }

  /** Where the chunks of a phase go on; undefined where it has nothing left to do. */
  async nextStart(script: Script, kind: Kind, signal: AbortSignal): Promise<number | undefined> {
    await this.#refresh(script, signal);
    const [start] = missing(this.scenes, kind, this.#next[kind]);
    return start === undefined || this.#hasGaps(kind, start) ? undefined : start;
  }

  /**
   * Sounds that are there are passed over, pictures are made again: where some were made by hand, the rounds make the
   * others.
   */
  #hasGaps(kind: Kind, start: number): boolean {
    return kind === "images" && missing(this.scenes, kind, start).length < this.scenes.length - start;
  }

  async chunk(script: Script, name: ChunkName, signal: AbortSignal): Promise<Chunk> {
    this.tell({ type: "chunk", kind: name.phase, startIndex: name.startIndex });
    this.#keep({ open: name });
    const chunk = await makeChunk(script, name, signal);
    this.#keep({ open: undefined });
    this.#next[name.phase] = chunk.hasMore ? (chunk.nextStartIndex ?? name.startIndex) : Infinity;
    await this.#refresh(script, signal);
    return chunk;
  }

  begin(piece: WantedPiece): void {
    this.tell({ type: "making", piece });
  }

  settle(piece: WantedPiece, outcome: Outcome<Scene>): void {
    // A chunk that never got to the server would make this one again.
    if (outcome.status === "fulfilled" && piece.kind === this.kept.open?.phase) this.#keep({ open: undefined });
    if (outcome.status === "fulfilled")
      this.scenes = this.scenes.map((scene) =>
        scene.index === piece.index ? withMade(scene, piece.kind, outcome.value) : scene,
      );
    if (outcome.status === "fulfilled" && piece.replaces !== null)
      this.#keep({ remade: (this.kept.remade ?? 0) + PRICES[piece.kind] });
    this.tell({ type: "made", piece, outcome, remade: this.kept.remade ?? 0 });
  }

  async #refresh(script: Script, signal: AbortSignal): Promise<void> {
    const project = await getProject(script, signal);
    signal.throwIfAborted();
    this.scenes = project.scenes;
    this.tell({ type: "project", project });
  }
}
