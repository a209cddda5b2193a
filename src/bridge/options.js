// Reads and checks what callers pass. In JavaScript, because a handle refuses bad arguments at once, before the engine is
// loaded; the engine gets numbers only. Whatever cannot be used is a TypeError that names the option and the value.

import { badOption } from "./errors.js";

const COUNT = "an integer of at least 1 or Infinity";
const isCount = (value) => typeof value === "number" && value >= 1 && (Number.isInteger(value) || value === Infinity);
const MILLISECONDS = "a number of milliseconds from 0";
const isMilliseconds = (value) => typeof value === "number" && value >= 0;
const isFunction = (value) => typeof value === "function";
export const isObject = (value) => typeof value === "object" && value !== null;

/** The option if it `fits`, the default where it is undefined. */
function read(options, name, fits, expected, otherwise, prefix = "") {
  const value = options[name];
  if (value === undefined) return otherwise;
  if (fits(value)) return value;
  throw badOption(prefix + name, expected, value);
}

/** The options as an object; `undefined` and `null` are none. */
export function optionsOf(options, name = "options") {
  if (options === undefined || options === null) return {};
  if (typeof options === "object") return options;
  throw badOption(name, "an object", options);
}

/** A count as the engine takes it: the greatest is as good as Infinity. */
export const toUnsigned = (count) => Math.min(count, LARGEST);
export const LARGEST = 0xffff_ffff;

export function count(name, value) {
  if (!isCount(value)) throw badOption(name, COUNT, value);
  return value;
}

export function milliseconds(name, value) {
  if (!isMilliseconds(value)) throw badOption(name, MILLISECONDS, value);
  return value;
}

export function functionNamed(name, value) {
  if (!isFunction(value)) throw badOption(name, "a function", value);
}

/** Where it is given. */
export function functionOr(name, value) {
  if (value !== undefined) functionNamed(name, value);
}

export function textNamed(name, value) {
  if (typeof value !== "string" || value === "") throw badOption(name, "a string that is not empty", value);
  return value;
}

export function oneOf(options, name, words, otherwise) {
  const expected = words.map((word) => JSON.stringify(word)).join(" or ");
  return read(options, name, (value) => words.includes(value), expected, otherwise);
}

const time = (options, name, otherwise) => read(options, name, isMilliseconds, MILLISECONDS, otherwise);

function callbacks(options, names, prefix) {
  for (const name of names) read(options, name, isFunction, "a function", undefined, prefix);
}

export function isIterable(items) {
  return isFunction(items?.[Symbol.iterator]) || isFunction(items?.[Symbol.asyncIterator]);
}

/** A retry policy as numbers. `undefined` is `otherwise`, a number of attempts. */
export function retryNumbers(policy, name, otherwise) {
  if (policy === undefined) return [otherwise, 1_000, 30_000, 2, 0.2, 60_000];
  const options = optionsOf(policy, name);
  const prefix = `${name}.`;
  callbacks(options, ["delay", "classify", "reconcile", "random"], prefix);
  const share = (value) => typeof value === "number" && value >= 0 && value <= 1;
  return [
    read(options, "attempts", isCount, COUNT, 3, prefix),
    read(options, "minDelay", isMilliseconds, MILLISECONDS, 1_000, prefix),
    read(options, "maxDelay", isMilliseconds, MILLISECONDS, 30_000, prefix),
    read(options, "factor", (value) => typeof value === "number" && value >= 1, "a number of at least 1", 2, prefix),
    read(options, "jitter", share, "a number from 0 to 1", 0.2, prefix),
    read(options, "maxRetryAfter", isMilliseconds, MILLISECONDS, 60_000, prefix),
  ];
}

export function signalOf(options) {
  const isSignal = (signal) =>
    signal === null ||
    (typeof signal === "object" &&
      typeof signal.aborted === "boolean" &&
      isFunction(signal.addEventListener) &&
      isFunction(signal.removeEventListener));
  // Not by instanceof: a signal of another realm or of a polyfill is one as well.
  return read(options, "signal", isSignal, "an AbortSignal", undefined) ?? undefined;
}

export const isFailureMode = (value) => ["continue", "stop", "pause"].includes(value);

export function failureMode(options, name, otherwise, prefix) {
  return read(options, name, isFailureMode, '"continue", "stop" or "pause"', otherwise, prefix);
}

/** What a verb does where its options do not say. */
export const ENDS = { onFailure: "stop", onCancel: "abort" };
export const GOES_ON = { onFailure: "continue", onCancel: "drain" };

/** All that were made. One of another copy of the package, its CommonJS build say, is a name in another engine. */
export const limiters = new WeakSet();

function limiterOf(options) {
  return read(options, "limiter", (value) => limiters.has(value), "a Limiter of this copy of the package", undefined);
}

/** What RunOptions say, checked; `otherwise` are the defaults of the verb. */
export function runOptions(given, otherwise, policyName = "retry") {
  const options = optionsOf(given);
  callbacks(options, ["key", "idempotencyKey", "skip", "onProgress", "onOutcome"]);
  const onFailure = isFunction(options.onFailure)
    ? options.onFailure
    : read(options, "onFailure", isFailureMode, '"continue", "stop", "pause" or a function', otherwise.onFailure);
  return {
    signal: signalOf(options),
    limiter: limiterOf(options),
    retry: options.retry,
    key: options.key,
    idempotencyKey: options.idempotencyKey,
    skip: options.skip,
    onProgress: options.onProgress,
    onOutcome: options.onOutcome,
    onFailure,
    trace: read(options, "trace", (value) => typeof value === "boolean", "true or false", false),
    stagger: read(
      options,
      "stagger",
      (value) => isMilliseconds(value) && value < Infinity,
      MILLISECONDS,
      otherwise.stagger ?? 0,
    ),
    timeout: time(options, "timeout", Infinity),
    idleTimeout: time(options, "idleTimeout", Infinity),
    totalTimeout: time(options, "totalTimeout", Infinity),
    drains: oneOf(options, "onCancel", ["drain", "abort"], otherwise.onCancel) === "drain",
    policy: retryNumbers(options.retry, policyName, 1),
  };
}
