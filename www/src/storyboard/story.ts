import type { Outcome, Run } from "sluicegate";
import {
  type Chunk,
  type ChunkName,
  type Finished,
  getProject,
  type Kind,
  makeChunk,
  newKey,
  type Scene,
  type Script,
  type Tale,
  type WantedPiece,
} from "../api";
import type { BoardAction } from "./board";
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

/** One text on its way to a storyboard, and how far it came: what a later run goes on from. */
export class Story implements Tale {
  readonly key = newKey();
  /** The first phase that is not done, and what those before it gave. */
  from: Phase = "script";
  outputs: Partial<Outputs> = {};
  scenes: readonly Scene[] = [];
  /** Start index of each kind. */
  #next: Record<Kind, number> = { audio: 0, images: 0 };
  /** The chunk that was asked for last and not answered. */
  #open: ChunkName | undefined;

  constructor(
    readonly text: string,
    readonly title: string | undefined,
    public way: Way,
    readonly show: (action: BoardAction) => void,
  ) {}

  get isWhole(): boolean {
    return missingPieces(this.scenes).length === 0;
  }

  get isPaid(): boolean {
    return this.outputs.finalize !== undefined;
  }

  /** A run of it has ended: the next one begins with what that one did not come to. */
  note({ outputs, snapshot }: StoryRun): void {
    const undone = snapshot.items.find(({ status }) => status !== "fulfilled" && status !== "skipped");
    this.outputs = outputs;
    this.from = (undone?.key as Phase | undefined) ?? "firstRound";
  }

  /** From now on piece by piece; what has been gone through by chunks is looked through for gaps. */
  fillIn(): void {
    if (this.way === "chunks") this.way = "pieces";
    if (this.from === "secondRound" || this.from === "finalize") this.from = "firstRound";
  }

  /** The pieces of these kinds that the server has not. */
  async missing(script: Script, of: readonly Kind[], signal: AbortSignal): Promise<WantedPiece[]> {
    const open = this.#open;
    this.#open = undefined;
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
    this.show({ type: "chunk", kind: name.phase, startIndex: name.startIndex });
    this.#open = name;
    const chunk = await makeChunk(script, name, signal);
    this.#open = undefined;
    this.#next[name.phase] = chunk.hasMore ? (chunk.nextStartIndex ?? name.startIndex) : Infinity;
    await this.#refresh(script, signal);
    return chunk;
  }

  begin(piece: WantedPiece): void {
    this.show({ type: "making", piece });
  }

  settle(piece: WantedPiece, outcome: Outcome<Scene>): void {
    // A chunk that never got to the server would make this one again.
    if (this.#open && outcome.status === "fulfilled" && piece.kind === this.#open.phase) this.#open = undefined;
    if (outcome.status === "fulfilled")
      this.scenes = this.scenes.map((scene) =>
        scene.index === piece.index ? withMade(scene, piece.kind, outcome.value) : scene,
      );
    this.show({ type: "made", piece, outcome });
  }

  async #refresh(script: Script, signal: AbortSignal): Promise<void> {
    const project = await getProject(script, signal);
    signal.throwIfAborted();
    this.scenes = project.scenes;
    this.show({ type: "project", project });
  }
}
