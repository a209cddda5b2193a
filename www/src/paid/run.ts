/** A run of paid work at the server, and the server's own account of what it has cost. */
export interface RunSettings {
  readonly seed?: number;
  readonly faultRate?: number;
  readonly quota?: number;
  readonly time?: number;
  readonly retryAfter?: number;
  readonly lateness?: number;
}

export interface Ledger {
  /** Calls that arrived. */
  readonly received: number;
  /** Calls that brought what was asked for. */
  readonly answered: number;
  readonly wasted: number;
  /** By the kind of fault that they met. */
  readonly faults: Readonly<Record<string, number>>;
  readonly beyondQuota: number;
  readonly abandoned: number;
  readonly pieces: number;
  /** Pieces beyond the first of an item. */
  readonly extraPieces: number;
  /** Items that were paid more than once. */
  readonly paidAgain: number;
  /** Number of items that were paid for and never delivered. */
  readonly paidForNothing: number;
  readonly open: number;
}

/** By the name of the item: how often it was paid, and whether anybody has got it. */
export type PaidItems = Readonly<Record<string, { readonly paid: number; readonly delivered: boolean }>>;

export class PaidRun {
  readonly #path: string;
  readonly #signal: AbortSignal;

  private constructor(path: string, signal: AbortSignal) {
    this.#path = path;
    this.#signal = signal;
  }

  static async begin(name: string, settings: RunSettings, signal: AbortSignal): Promise<PaidRun> {
    const run = new PaidRun(`/api/paid/${name}`, signal);
    await run.#ask("", { method: "POST", body: JSON.stringify(settings) });
    return run;
  }

  /** Where a piece is asked for. */
  get workUrl(): string {
    return new URL(`${this.#path}/work`, location.href).href;
  }

  /** The same place by its other name: to a browser that is another origin, as a backend mostly is. */
  get workUrlElsewhere(): string {
    const url = new URL(this.workUrl);
    const other = { "127.0.0.1": "localhost", localhost: "127.0.0.1" }[url.hostname];
    if (other !== undefined) url.hostname = other;
    return url.href;
  }

  ledger(): Promise<Ledger> {
    return this.#ask("/ledger") as Promise<Ledger>;
  }

  items(): Promise<PaidItems> {
    return this.#ask("/items") as Promise<PaidItems>;
  }

  async #ask(what: string, init: RequestInit = {}): Promise<unknown> {
    const response = await fetch(this.#path + what, { ...init, signal: this.#signal });
    if (!response.ok) throw new Error(`The server returned status ${response.status}`);
    return response.json();
  }
}
