// What the views say in words.

import type { RunSnapshot } from "../npm/types.ts";
import type { Attempt, Item } from "./recording.ts";

export function seconds(milliseconds: number): string {
  const value = Math.max(0, milliseconds) / 1_000;
  if (value >= 120) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
  return `${value.toFixed(value < 10 ? 1 : 0)} s`;
}

const STATUS = {
  fulfilled: "done",
  rejected: "failed",
  cancelled: "cancelled",
  skipped: "skipped",
  waiting: "waits",
  running: "in flight",
  retrying: "waits to retry",
};

export function statusOf(item: Item): string {
  return STATUS[item.status];
}

const RESULT = { running: "in flight", fulfilled: "done", failed: "failed", cancelled: "cancelled" };

export function resultOf({ result, error }: Attempt): string {
  return error === undefined || result === "cancelled" ? RESULT[result] : `${RESULT[result]}: ${causeOf(error)}`;
}

/** The name, the status and the message of an error, in one line. */
function causeOf(error: unknown): string {
  if (error instanceof Error && error.name === "RetryError" && error.cause) return causeOf(error.cause);
  if (!(error instanceof Error)) return String(error).slice(0, 200);
  const status = (error as { status?: unknown }).status;
  const known = typeof status === "number" && !error.message.includes(String(status)) ? ` ${status}` : "";
  return `${error.name}${known}${error.message ? `: ${error.message}` : ""}`.slice(0, 200);
}

/** Returns the counts of a run, as a sentence without a full stop. */
export function sayProgress({ state, progress }: RunSnapshot<unknown>): string {
  const { completed, total, failed, cancelled, skipped, eta } = progress;
  const parts = [total === undefined ? `${completed} done` : `${completed} of ${total} done`];
  if (failed) parts.push(`${failed} failed`);
  if (cancelled) parts.push(`${cancelled} cancelled`);
  if (skipped) parts.push(`${skipped} skipped`);
  if (state === "paused" || state === "cancelling") parts.push(state);
  else if (state === "running" && eta !== undefined) parts.push(`about ${seconds(eta)} left`);
  return parts.join(", ");
}
