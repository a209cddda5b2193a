// Collects the options with which a run is opened in the engine.

import type { Run } from "./run.ts";
import { parentSlot } from "./signals/places.ts";
import * as table from "./table.ts";

/** Returns the options of a run as numbers, by the indexes of the table. */
export function engineOptions({ options, items, source, heldPlaces }: Run): Float64Array {
  const { numbers, limiter } = options;
  numbers[table.OPTION_ITEMS] = items.length;
  if (source) numbers[table.OPTION_SOURCE] = table.SOURCE_PULLED;
  numbers[table.OPTION_CHECKS] = options.skip || options.key || options.after ? 1 : 0;
  numbers[table.OPTION_HAS_INPUTS] = options.after ? 1 : 0;
  numbers[table.OPTION_HAS_PRIORITIES] = options.priority ? 1 : 0;
  if (limiter) numbers[table.OPTION_LIMITER] = limiter.id;
  if (heldPlaces.length > 0) numbers[table.OPTION_PARENT] = parentSlot(heldPlaces, limiter);
  return numbers;
}
