import { useSyncExternalStore } from "react";
import type { Store } from "recipes/shared/store";

/** Returns the value of a store, or the part of it that `select` reads. */
export function useStore<S, P = S>(
  { subscribe, get }: Store<S>,
  select: (state: S) => P = (state) => state as unknown as P,
): P {
  return useSyncExternalStore(subscribe, () => select(get()));
}

/** Returns a random name. It needs no crypto.randomUUID, which is missing on pages that are served over plain HTTP. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join("-");
}

/** Asks the server of this page, and returns the JSON of its reply. Rejects if it refuses. */
export async function ask<Reply>(path: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`The server returned status ${response.status}`);
  return response.json() as Promise<Reply>;
}
