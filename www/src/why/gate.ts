/** The server's gate: it holds the calls of a run until it is opened, and counts them. */
export interface GateStats {
  readonly received: number;
  readonly open: number;
  readonly maxOpen: number;
  readonly answered: number;
}

/** Milliseconds that the shut gate holds a call: when all connections are taken, nothing can open it. */
export const LONGEST_HOLD = 3_000;

export class Gate {
  readonly #base: string;
  readonly #signal: AbortSignal;

  constructor(run: string, signal: AbortSignal) {
    this.#base = `/api/why/${run}`;
    this.#signal = signal;
  }

  call(): Promise<void> {
    return this.#send("POST", `call?hold=${LONGEST_HOLD}`).then(() => undefined);
  }

  /** From then on each call takes `delay` milliseconds. */
  open(delay = 0): Promise<GateStats> {
    return this.#send("POST", `open?delay=${delay}`) as Promise<GateStats>;
  }

  stats(): Promise<GateStats> {
    return this.#send("GET", "stats") as Promise<GateStats>;
  }

  async #send(method: string, what: string): Promise<unknown> {
    const response = await fetch(`${this.#base}/${what}`, { method, signal: this.#signal });
    if (!response.ok) throw new Error(`The server returned status ${response.status}`);
    return response.json();
  }
}
