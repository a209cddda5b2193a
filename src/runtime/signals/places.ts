// The places of limiters that attempts hold, by the signals of the attempts. A nested call with such a signal needs no
// place of its own.

import type { LimiterLike } from "../options.ts";
import type { Run } from "../run.ts";
import type { Slot } from "../slot.ts";

/** A place that an attempt holds while its serial number is that of the slot. */
export interface HeldPlace {
  readonly limiter: LimiterLike;
  readonly slot: Slot;
  readonly serial: number;
}

const held = new WeakMap<AbortSignal, readonly HeldPlace[]>();

/** Records the places of an attempt for its signal: its own, and those of the outer attempts. */
export function holdPlaces(signal: AbortSignal, run: Run, slot: Slot, serial: number): void {
  const { limiter } = run.options;
  const own = limiter === undefined ? [] : [{ limiter, slot, serial }];
  const places = [...own, ...run.heldPlaces];
  if (places.length > 0) held.set(signal, places);
}

/** Returns the places that belong to these signals. */
export const placesOf = (signals: readonly AbortSignal[]): readonly HeldPlace[] =>
  signals.flatMap((signal) => held.get(signal) ?? []);

/** Returns the slot of the innermost unsettled attempt with a place of the limiter, or of any; NaN if there is none. */
export function parentSlot(places: readonly HeldPlace[], limiter: LimiterLike | undefined): number {
  const going = places.filter(
    (place) => (limiter === undefined || place.limiter === limiter) && place.slot.serial === place.serial,
  );
  // The innermost began last.
  return going.sort((one, other) => other.serial - one.serial)[0]?.slot.number ?? NaN;
}
