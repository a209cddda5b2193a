/** A run of paid work at the server, and the server's own account of what it has cost. */
import { ask } from "../ask";

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

/** Begins a run of this name with an empty ledger. */
export async function beginRun(name: string, settings: RunSettings, signal: AbortSignal) {
  const path = `/api/paid/${name}`;
  await ask(path, { method: "POST", body: JSON.stringify(settings), signal });
  const workUrl = new URL(`${path}/work`, location.href).href;
  return {
    /** Where a piece is asked for. */
    workUrl,
    workUrlElsewhere: elsewhere(workUrl),
    ledger: () => ask<Ledger>(`${path}/ledger`, { signal }),
    items: () => ask<PaidItems>(`${path}/items`, { signal }),
  };
}

/** Returns the same place by its other name: to a browser that is another origin, as a backend mostly is. */
function elsewhere(href: string): string {
  const url = new URL(href);
  const other = { "127.0.0.1": "localhost", localhost: "127.0.0.1" }[url.hostname];
  if (other !== undefined) url.hostname = other;
  return url.href;
}
