// Which places of limiters an attempt holds, by its signals. A nested call that is given one of them needs no second
// place.

import type { LimiterLike } from "./options.ts";
import type { Run } from "./run.ts";
import type { Slot } from "./slot.ts";

/** A place that the attempt of this serial number holds, as long as it is the one in its slot. */
export interface HeldPlace {
  readonly limiter: LimiterLike;
  readonly slot: Slot;
  readonly serial: number;
}

const held = new WeakMap<AbortSignal, readonly HeldPlace[]>();

/** Records that a signal is that of an attempt: it stands for the attempt's place and for those held around its run. */
export function holdPlaces(signal: AbortSignal, run: Run, slot: Slot, serial: number): void {
  const { limiter } = run.options;
  const own = limiter === undefined ? [] : [{ limiter, slot, serial }];
  const places = [...own, ...run.heldPlaces];
  if (places.length > 0) held.set(signal, places);
}

/** Returns the places that are held around whoever was given these signals. */
export const placesOf = (signals: readonly AbortSignal[]): readonly HeldPlace[] =>
  signals.flatMap((signal) => held.get(signal) ?? []);

/** Returns the slot of the innermost attempt that goes on and holds a place of a limiter; NaN if there is none. */
export function parentSlot(places: readonly HeldPlace[], limiter: LimiterLike | undefined): number {
  const going = places.filter((place) => place.limiter === limiter && place.slot.serial === place.serial);
  // The innermost began last.
  return going.sort((one, other) => other.serial - one.serial)[0]?.slot.number ?? NaN;
}
