// What the views say in words.

import type { RunSnapshot } from "../npm/types.ts";
import { type Attempt, type Item, isOpen } from "./recording.ts";

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
export function causeOf(error: unknown): string {
  if (error instanceof Error && error.name === "RetryError" && error.cause) return causeOf(error.cause);
  if (!(error instanceof Error)) return String(error).slice(0, 200);
  const status = (error as { status?: unknown }).status;
  const known = typeof status === "number" && !error.message.includes(String(status)) ? ` ${status}` : "";
  return `${error.name}${known}${error.message ? `: ${error.message}` : ""}`.slice(0, 200);
}

const items = (count: number): string => (count === 1 ? "1 item" : `${count} items`);
const attempts = (count: number): string => (count === 1 ? "1 attempt" : `${count} attempts`);

/** Returns what a run waits for, most important first. Empty where it waits for nothing. */
export function reasonsToWait({ state, progress, items: all }: RunSnapshot<unknown>, now: number): string[] {
  const open = all.filter(isOpen);
  const running = open.filter(({ status }) => status === "running").length;
  const waiting = open.filter(({ status }) => status === "waiting").length;
  const reasons: string[] = [];
  if (state === "paused") reasons.push("The run is paused. It starts nothing until it is resumed.");
  if (state === "cancelling") reasons.push(`The run is cancelled. ${attempts(running)} in flight must end first.`);
  const cooling = open.length > 0 ? (progress.coolingUntil ?? 0) - now : 0;
  if (cooling > 0) reasons.push(`The limiter cools down for ${seconds(cooling)}, because a call was refused.`);
  for (const { key, status, attempt = 1, nextAttemptAt = now, error } of open) {
    if (status !== "retrying") continue;
    const wait = nextAttemptAt > now ? `in ${seconds(nextAttemptAt - now)}` : "as soon as there is a place";
    reasons.push(`${key}: attempt ${attempt + 1} starts ${wait}, after ${causeOf(error)}.`);
  }
  if (waiting > 0 && state === "running" && cooling <= 0) {
    const busy = running > 0 ? `${attempts(running)} in flight` : "a pause between starts, or other items";
    reasons.push(`${items(waiting)} not started: waiting for a place, with ${busy}.`);
  }
  return reasons;
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
