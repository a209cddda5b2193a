// Reads and checks the arguments of callers. An invalid one is a TypeError that names the option and the value. Numbers
// go to the engine, which has the defaults. Functions stay here.

import type { RetryPolicy } from "../npm/calls.ts";
import type { LimiterInspection } from "../npm/inspecting.ts";
import type { FailureMode, Journal, Outcome, Progress, RetryNotice, RunOptions } from "../npm/types.ts";
import { isJournal } from "./journal-mark.ts";
import { RETRY_OPTIONS, refuseUnknown } from "./known-options.ts";
import * as table from "./table.ts";
import { A_FUNCTION, badOption, isObject } from "./values.ts";

type Unknowns = Record<string, unknown>;
type Fits<T> = (value: unknown) => value is T;

const COUNT = "an integer of at least 1 or Infinity";
const isCount = (value: unknown): value is number =>
  typeof value === "number" && value >= 1 && (Number.isInteger(value) || value === Infinity);
const MILLISECONDS = "a number of milliseconds from 0";
const isMilliseconds = (value: unknown): value is number => typeof value === "number" && value >= 0;
const isFinitePause = (value: unknown): value is number => isMilliseconds(value) && value < Infinity;
const isShare = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1;
const isFactor = (value: unknown): value is number => typeof value === "number" && value >= 1;
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
/** A function of the user, called with what it is documented to be called with. */
export type AnyFunction = (...args: unknown[]) => unknown;
const isFunction = (value: unknown): value is AnyFunction => typeof value === "function";

/** Returns a valid option, or `undefined` if it is not given. Throws a TypeError for an invalid one. */
function read<T>(options: Unknowns, name: string, fits: Fits<T>, expected: string, prefix = ""): T | undefined {
  const value = options[name];
  if (value === undefined || fits(value)) return value;
  throw badOption(prefix + name, expected, value);
}

/** Returns the options as an object. `undefined` and `null` mean no options. */
export function optionsOf(options: unknown, name = "options"): Unknowns {
  if (options === undefined || options === null) return {};
  if (typeof options === "object") return options as Unknowns;
  throw badOption(name, "an object", options);
}

/** The greatest count of the engine, which stands for Infinity. */
const LARGEST = 0xffff_ffff;
export const toUnsigned = (count: number): number => Math.min(count, LARGEST);
/** Returns a count of the engine as the caller knows it. */
export const shown = (count: number): number => (count === LARGEST ? Infinity : count);

export function count(name: string, value: unknown): number {
  if (!isCount(value)) throw badOption(name, COUNT, value);
  return value;
}

export function milliseconds(name: string, value: unknown): number {
  if (!isMilliseconds(value)) throw badOption(name, MILLISECONDS, value);
  return value;
}

export function functionNamed(name: string, value: unknown): AnyFunction {
  if (!isFunction(value)) throw badOption(name, A_FUNCTION, value);
  return value;
}

export function functionOr(name: string, value: unknown): AnyFunction | undefined {
  return value === undefined ? undefined : functionNamed(name, value);
}

export function textNamed(name: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw badOption(name, "a string that is not empty", value);
  return value;
}

export function booleanOr(name: string, value: unknown): boolean {
  if (value !== undefined && !isBoolean(value)) throw badOption(name, "true or false", value);
  return value === true;
}

export function isIterable(items: unknown): items is Iterable<unknown> | AsyncIterable<unknown> {
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: async } = Object(items);
  return isFunction(sync) || isFunction(async);
}

/** Throws for `items.map(f)`: all of its calls are under way, and nothing is left to bound. */
export function refusePromises(items: readonly unknown[]): void {
  if (items.length === 0 || !items.every((item) => item instanceof Promise)) return;
  const remedy = "all of them are under way already. Pass the items, and the function as the task";
  throw new TypeError(`\`items\` must be what the task is called with, got an array of promises: ${remedy}`);
}

export function isSyncIterable(items: unknown): items is Iterable<unknown> {
  return isFunction(Object(items)[Symbol.iterator]);
}

function signalOf(options: Unknowns): AbortSignal | undefined {
  // Not by instanceof: signals of other realms and of polyfills are valid.
  const isSignal = (signal: unknown): signal is AbortSignal | null => {
    if (signal === null) return true;
    if (!isObject(signal)) return false;
    const { aborted, addEventListener, removeEventListener } = signal as Partial<AbortSignal>;
    return isBoolean(aborted) && isFunction(addEventListener) && isFunction(removeEventListener);
  };
  return read(options, "signal", isSignal, "an AbortSignal") ?? undefined;
}

const MODES: Readonly<Record<FailureMode, number>> = {
  continue: table.MODE_CONTINUE,
  stop: table.MODE_STOP,
  pause: table.MODE_PAUSE,
};

/** Returns the number of a failure mode; `undefined` for other values. */
export const modeNumber = (value: unknown): number | undefined =>
  typeof value === "string" && Object.hasOwn(MODES, value) ? MODES[value as FailureMode] : undefined;

/** Returns the number of a failure mode option; NaN if it is not given. */
export function failureMode(options: Unknowns, name: string, prefix = ""): number {
  const isMode = (value: unknown): value is FailureMode => modeNumber(value) !== undefined;
  const value = read(options, name, isMode, '"continue", "stop" or "pause"', prefix);
  return value === undefined ? NaN : MODES[value];
}

/** The part of a limiter that runs use. */
export interface LimiterLike {
  /** Id in the engine. */
  readonly id: number;
  readonly coolingUntil: number | undefined;
  inspect(): LimiterInspection;
}

/** All limiters of this copy of the package. A limiter of another copy belongs to another engine. */
export const limiters = new WeakSet<object>();

function limiterOf(options: Unknowns): LimiterLike | undefined {
  const isOurs = (value: unknown): value is LimiterLike => isObject(value) && limiters.has(value);
  return read(options, "limiter", isOurs, "a Limiter of this copy of the package");
}

/** Options of a run, checked. */
export interface Options {
  readonly signal: AbortSignal | undefined;
  readonly limiter: LimiterLike | undefined;
  readonly retry: RetryPolicy<unknown> | undefined;
  readonly key: RunOptions["key"];
  readonly idempotencyKey: RunOptions["idempotencyKey"];
  readonly skip: AnyFunction | undefined;
  readonly after: AnyFunction | undefined;
  readonly priority: AnyFunction | undefined;
  readonly onProgress: ((progress: Progress) => unknown) | undefined;
  readonly onOutcome: ((outcome: Outcome<unknown>, item: unknown) => unknown) | undefined;
  readonly onRetry: ((retry: RetryNotice, item: unknown) => unknown) | undefined;
  /** The function of the caller. A mode is in `numbers` instead. */
  readonly onFailure: AnyFunction | undefined;
  readonly journal: Journal | undefined;
  readonly onJournalError: ((error: unknown) => unknown) | undefined;
  readonly repeatable: boolean;
  readonly trace: boolean;
  /** Whether anything needs the exact time. */
  readonly isTimed: boolean;
  /** Options for the engine, by their index in the table; NaN if not given. */
  readonly numbers: Float64Array;
}

const CALLBACKS = [
  "key",
  "idempotencyKey",
  "skip",
  "after",
  "priority",
  "onProgress",
  "onOutcome",
  "onRetry",
  "onJournalError",
];

/** Checks the options of a run. `policyName` is the name of the retry policy in error messages. */
export function runOptions(given: unknown, policyName = "retry"): Options {
  const options = optionsOf(given);
  for (const name of CALLBACKS) read(options, name, isFunction, A_FUNCTION);
  const numbers = new Float64Array(table.OPTION_COUNT).fill(NaN);
  const number = (option: number, value: number | undefined) => {
    if (value !== undefined) numbers[option] = value;
  };
  const time = (option: number, name: string) => number(option, read(options, name, isMilliseconds, MILLISECONDS));
  const { onFailure } = options;
  if (isFunction(onFailure)) numbers[table.OPTION_ON_FAILURE] = table.MODE_ASK;
  else if (onFailure !== undefined) numbers[table.OPTION_ON_FAILURE] = modeOrFunction(onFailure);
  number(table.OPTION_STAGGER, read(options, "stagger", isFinitePause, MILLISECONDS));
  time(table.OPTION_TIMEOUT, "timeout");
  time(table.OPTION_IDLE_TIMEOUT, "idleTimeout");
  time(table.OPTION_TOTAL_TIMEOUT, "totalTimeout");
  if (booleanOr("waitOnline", options.waitOnline)) numbers[table.OPTION_WAITS_ONLINE] = 1;
  const isCancelMode = (value: unknown): value is "drain" | "abort" => value === "drain" || value === "abort";
  const onCancel = read(options, "onCancel", isCancelMode, '"drain" or "abort"');
  if (onCancel) numbers[table.OPTION_ON_CANCEL] = onCancel === "drain" ? table.CANCEL_DRAIN : table.CANCEL_ABORT;
  const retry = readRetry(options.retry, policyName, number);
  const limiter = limiterOf(options);
  return {
    signal: signalOf(options),
    limiter,
    retry,
    key: options.key as Options["key"],
    idempotencyKey: options.idempotencyKey as Options["idempotencyKey"],
    skip: options.skip as Options["skip"],
    after: options.after as Options["after"],
    priority: options.priority as Options["priority"],
    onProgress: options.onProgress as Options["onProgress"],
    onOutcome: options.onOutcome as Options["onOutcome"],
    onRetry: options.onRetry as Options["onRetry"],
    onFailure: isFunction(onFailure) ? onFailure : undefined,
    journal: read(options, "journal", isJournal, "a journal of sluicegate/journal"),
    onJournalError: options.onJournalError as Options["onJournalError"],
    repeatable: booleanOr("repeatable", options.repeatable),
    trace: read(options, "trace", isBoolean, "true or false") ?? false,
    isTimed: retry !== undefined || limiter !== undefined || limitsTime(numbers),
    numbers,
  };
}

function modeOrFunction(value: unknown): number {
  const mode = modeNumber(value);
  if (mode === undefined) throw badOption("onFailure", '"continue", "stop", "pause" or a function', value);
  return mode;
}

function limitsTime(numbers: Float64Array): boolean {
  const times = [table.OPTION_TIMEOUT, table.OPTION_IDLE_TIMEOUT, table.OPTION_TOTAL_TIMEOUT];
  return Number(numbers[table.OPTION_STAGGER]) > 0 || times.some((option) => Number(numbers[option]) < Infinity);
}

/** The policy of a call that was given none. */
export const DEFAULT_POLICY: RetryPolicy<unknown> = {};

/** Reads a retry policy; `undefined` is none. */
function readRetry(
  policy: unknown,
  name: string,
  number: (option: number, value: number | undefined) => void,
): RetryPolicy<unknown> | undefined {
  if (policy === undefined) return undefined;
  const options = optionsOf(policy, name);
  const prefix = `${name}.`;
  refuseUnknown(options, RETRY_OPTIONS, prefix);
  for (const callback of ["delay", "classify", "reconcile", "random"]) {
    read(options, callback, isFunction, A_FUNCTION, prefix);
  }
  // 0 is the engine's default.
  number(table.OPTION_ATTEMPTS, read(options, "attempts", isCount, COUNT, prefix) ?? 0);
  number(table.OPTION_MIN_DELAY, read(options, "minDelay", isMilliseconds, MILLISECONDS, prefix));
  number(table.OPTION_MAX_DELAY, read(options, "maxDelay", isMilliseconds, MILLISECONDS, prefix));
  number(table.OPTION_FACTOR, read(options, "factor", isFactor, "a number of at least 1", prefix));
  number(table.OPTION_JITTER, read(options, "jitter", isShare, "a number from 0 to 1", prefix));
  number(table.OPTION_MAX_RETRY_AFTER, read(options, "maxRetryAfter", isMilliseconds, MILLISECONDS, prefix));
  number(table.OPTION_RECONCILES, options.reconcile === undefined ? 0 : 1);
  return options as RetryPolicy<unknown>;
}
