/** The storyboard as the page has it, with the visitor's account of what it has cost. */
import type { Outcome } from "sluicegate";

export type Kind = "preview" | "animation";

export interface Scene {
  readonly sceneNumber: number;
  readonly narration: string;
  readonly prompt: string;
  /** Addresses; null where there is none yet. */
  readonly preview: string | null;
  readonly animation: string | null;
}
/** An order: the picture, or the job to poll until it is done. */
export interface Generation {
  readonly id: string;
  readonly status: "processing" | "completed" | "failed";
  readonly output_url?: string;
  readonly tokens_used: number;
  readonly content_type: string;
  readonly error?: string;
}
export interface BoardReply {
  readonly id: string;
  readonly scenes: readonly Scene[];
  readonly prices: Readonly<Record<Kind, number>>;
  /** Factor by which the server is slower than in reality. */
  readonly pace: number;
}
export interface Account {
  readonly charged: number;
  readonly refunded: number;
}
export interface BoardState {
  readonly scenes: readonly Scene[];
  readonly account: Account;
}

/** What is left of a board after a reload. */
interface StoredBoard extends BoardReply, BoardState {
  readonly asksForForbidden: boolean;
  readonly reserved: readonly (readonly [string, number])[];
  readonly orders: readonly (readonly [string, Generation])[];
}

const STORED = "storyboard-bulk";
const FORBIDDEN = { sceneNumber: 8, prompt: "Two sailors draw knives over a map, and there is blood on the table" };
const nameOf = (kind: Kind, { sceneNumber }: Scene): string => `${kind} ${sceneNumber}`;

export class Board {
  readonly id: string;
  readonly prices: BoardReply["prices"];
  readonly pace: number;
  #asksForForbidden = false;
  #state: BoardState;
  #reserved = new Map<string, number>();
  #orders = new Map<string, Generation>();
  #listeners = new Set<() => void>();

  constructor({ id, scenes, prices, pace }: BoardReply) {
    this.id = id;
    this.prices = prices;
    this.pace = pace;
    this.#state = { scenes, account: { charged: 0, refunded: 0 } };
  }

  /** Returns the board of an earlier visit, if it was stored. */
  static stored(): Board | undefined {
    try {
      const { asksForForbidden, account, reserved, orders, ...reply }: StoredBoard = JSON.parse(
        localStorage.getItem(STORED) ?? "",
      );
      const board = new Board(reply);
      board.#asksForForbidden = asksForForbidden;
      board.#state = { scenes: reply.scenes, account };
      board.#reserved = new Map(reserved);
      board.#orders = new Map(orders);
      return board;
    } catch {
      return undefined;
    }
  }

  /** Stores the board for the next visit. Without storage the board lasts as long as the page. */
  store(): void {
    const { id, prices, pace, asksForForbidden } = this;
    const maps = { reserved: [...this.#reserved], orders: [...this.#orders] };
    try {
      localStorage.setItem(STORED, JSON.stringify({ id, prices, pace, asksForForbidden, ...this.#state, ...maps }));
    } catch {}
  }

  /** Removes the stored board: the next visit begins with a new one. */
  forget(): void {
    try {
      localStorage.removeItem(STORED);
    } catch {}
  }

  /** Whether one scene asks for what the provider refuses. */
  get asksForForbidden(): boolean {
    return this.#asksForForbidden;
  }

  set asksForForbidden(asks: boolean) {
    this.#asksForForbidden = asks;
    this.store();
  }

  readonly snapshot = (): BoardState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Every scene can have a preview; what moves is made of one. */
  scenesFor(kind: Kind): Scene[] {
    return this.#state.scenes.filter((scene) => kind === "preview" || scene.preview !== null);
  }

  /** Scenes that have neither a result nor an order. */
  countToBuy(kind: Kind): number {
    return this.scenesFor(kind).filter((scene) => scene[kind] === null && !this.#orders.has(nameOf(kind, scene)))
      .length;
  }

  promptOf({ sceneNumber, prompt }: Scene): string {
    return this.asksForForbidden && sceneNumber === FORBIDDEN.sceneNumber ? FORBIDDEN.prompt : prompt;
  }

  // ── orders: what has been bought is asked for, and not bought again ──

  orderOf(kind: Kind, scene: Scene): Generation | undefined {
    return this.#orders.get(nameOf(kind, scene));
  }

  keepOrder(kind: Kind, scene: Scene, order: Generation): void {
    this.#orders.set(nameOf(kind, scene), order);
    this.store();
  }

  dropOrder(kind: Kind, scene: Scene): void {
    this.#orders.delete(nameOf(kind, scene));
    this.store();
  }

  // ── the visitor's account ──

  /** Sets a scene's credits aside when it is started: once, however many attempts it takes. */
  reserve(kind: Kind, scene: Scene): void {
    if (this.#reserved.has(nameOf(kind, scene))) return;
    this.#reserved.set(nameOf(kind, scene), this.prices[kind]);
    this.#book({ charged: this.prices[kind] });
  }

  /** Gives back what was set aside for a scene that came to nothing. One that was never started has nothing to get. */
  settle(kind: Kind, outcome: Outcome<string>, scene: Scene): void {
    const reserved = this.#reserved.get(nameOf(kind, scene)) ?? 0;
    this.#reserved.delete(nameOf(kind, scene));
    if (outcome.status === "fulfilled") this.#show(kind, scene, outcome.value);
    else if (outcome.status !== "skipped") this.#book({ refunded: reserved });
  }

  #book({ charged = 0, refunded = 0 }: Partial<Account>): void {
    const { account } = this.#state;
    this.#change({ account: { charged: account.charged + charged, refunded: account.refunded + refunded } });
  }

  #show(kind: Kind, { sceneNumber }: Scene, url: string): void {
    this.#change({
      scenes: this.#state.scenes.map((scene) =>
        scene.sceneNumber === sceneNumber ? { ...scene, [kind]: url } : scene,
      ),
    });
  }

  #change(change: Partial<BoardState>): void {
    this.#state = { ...this.#state, ...change };
    this.store();
    for (const listener of this.#listeners) listener();
  }
}
