/** A run of paid work at the server, and the server's own account of what it has cost. */
import { ask } from "../store";

/** Counts that the server keeps of a run and of each of its items. */
type Books = import("@sluicegate/fault-server/ledger").Ledger;
export type Ledger = ReturnType<Books["counts"]>;
export type PaidItems = ReturnType<Books["items"]>;
type Settings = Partial<import("@sluicegate/fault-server/paid-settings").PaidSettings>;

/** Begins a run of this name with an empty ledger. */
export async function beginRun(name: string, settings: Settings, signal: AbortSignal) {
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
