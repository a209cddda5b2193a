/**
 * sluicegate/react/devtools: views of a run for developers, and for pages that show how a run goes.
 *
 * They read the public snapshots of a run, and change nothing. The styles are their own: `--sluicegate-text`, `-muted`,
 * `-surface`, `-line`, `-done`, `-failed`, `-cancelled`, `-running`, `-wait` and `-font` replace them.
 * @module
 */

import { createElement, type ReactElement } from "react";
import { Progress } from "../devtools/progress.ts";
import { Timeline } from "../devtools/timeline.ts";
import { Waits } from "../devtools/waits.ts";
import type { OpenItem, Outcome, Run } from "./types.ts";

/** Properties of `RunTimeline`. */
export interface RunTimelineProps<V = unknown, T = unknown> {
  /** The run that is shown. Without a run the view is empty. */
  run: Run<V, T> | undefined;
  /** Heading of the view. @default "Timeline" */
  label?: string | undefined;
  /** Returns the name of an item. @default its key */
  name?: ((item: Outcome<V, T> | OpenItem<T>) => string) | undefined;
  /** Number of items that are drawn, an integer from 1. Open and failed items go first. @default 100 */
  limit?: number | undefined;
}

/** Properties of `RunProgress` and `RunWaits`. */
export interface RunViewProps<V = unknown, T = unknown> {
  /** The run that is shown. Without a run the view is empty. */
  run: Run<V, T> | undefined;
  /** Name of the view. @default "Progress" or "Why is it waiting?" */
  label?: string | undefined;
}

/**
 * Shows each item of a run as a row of bars in time: its attempts, its waits and the cooldowns of the limiter. A table
 * says the same in words, and a panel says what the run waits for. The timeline records from its first mount on.
 *
 * @throws TypeError that names `run` or `limit` and the value, if it is of no use.
 * @example
 * <RunTimeline run={shots.run} />
 */
export function RunTimeline<V, T>(props: RunTimelineProps<V, T>): ReactElement {
  return createElement(Timeline, props as RunTimelineProps);
}

/**
 * Shows how far a run is: a bar, the counts of items and the remaining time.
 *
 * @throws TypeError that names `run` and the value, if it is no run.
 * @example
 * <RunProgress run={shots.run} label="Pictures" />
 */
export function RunProgress<V, T>(props: RunViewProps<V, T>): ReactElement {
  return createElement(Progress, props as RunViewProps);
}

/**
 * Says what a run waits for: a pause, a cooldown, the next attempt of an item, a place. It is a part of `RunTimeline`.
 *
 * @throws TypeError that names `run` and the value, if it is no run.
 * @example
 * <RunWaits run={shots.run} />
 */
export function RunWaits<V, T>(props: RunViewProps<V, T>): ReactElement {
  return createElement(Waits, props as RunViewProps);
}
