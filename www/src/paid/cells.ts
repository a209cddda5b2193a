import { type Charges, ITEMS } from "./charges";

/** The cost of an item, and whether it was delivered. */
export type Cell = "unpaid" | "underWay" | "once" | "twice" | "more" | "lost";

export function cellsOf({ items, state }: Charges): Cell[] {
  return Array.from({ length: ITEMS }, (_, item) => {
    const cost = items[item];
    if (cost === undefined) return "unpaid";
    if (!cost.delivered) return state === "done" ? "lost" : "underWay";
    return cost.paid === 1 ? "once" : cost.paid === 2 ? "twice" : "more";
  });
}
