import { labelOf, type Outline, type Stage, stages, type Taught } from "recipes/classroom/backend";
import type { Call } from "recipes/shared/calls";
import type { RunItem } from "../runs/ItemGrid";
import { itemLooks, type Look } from "../runs/looks";

export type StageState = "waiting" | "running" | "again" | "done" | "failed" | "cancelled";

export const stageLooks: Record<StageState, Look> = {
  ...itemLooks,
  again: itemLooks.retrying,
  done: itemLooks.fulfilled,
  failed: itemLooks.rejected,
};

/** Returns the state of each stage of a scene, from its last call and the outcome of its item. */
export function stageStates(
  item: RunItem<Taught>,
  outline: Outline,
  calls: readonly Call[],
): readonly { stage: Stage; state: StageState; attempts: number }[] {
  const label = labelOf(outline);
  const last = stages.map((stage) => calls.findLast((call) => call.kind === stage && call.label === label));
  const reached = last.findLastIndex((call) => call !== undefined);
  return stages.map((stage, index) => ({
    stage,
    state: stateOf(item, last[index], index === reached),
    attempts: last[index]?.attempts ?? 0,
  }));
}

function stateOf({ status }: RunItem<Taught>, call: Call | undefined, isLast: boolean): StageState {
  if (status === "fulfilled") return "done";
  if (call === undefined) return "waiting";
  if (!isLast) return "done";
  if (status === "rejected") return "failed";
  if (!call.settled) return call.state === "in flight" ? "running" : "again";
  return call.state === "answered" ? "done" : "cancelled";
}
