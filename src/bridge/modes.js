// The modes, as runs: what differs is which function is called with what, and what is threaded from item to item.

import { badOption } from "./errors.js";
import {
  ENDS,
  GOES_ON,
  count,
  failureMode,
  functionNamed,
  functionOr,
  isIterable,
  isObject,
  optionsOf,
  runOptions,
  textNamed,
} from "./options.js";
import { BATCHES, COMMITS, ONE, OPEN, POOL, PREPARES, PROCESS, Run, SETTLE, SKIP } from "./run.js";

function check(items, task) {
  functionNamed("task", task);
  if (!isIterable(items)) throw badOption("items", "iterable", items);
}

/** All of them at once: how many there are is to be known. */
function listOf(items) {
  if (typeof items?.[Symbol.iterator] !== "function") throw badOption("items", "an array or another iterable", items);
  return Array.from(items);
}

/** All values, or the first failure. */
export function processRun(items, concurrency, task, options) {
  count("concurrency", concurrency);
  check(items, task);
  const run = new Run(PROCESS, concurrency, task, runOptions(options, ENDS));
  run.take(items);
  return run;
}

/** A report. */
export function settleRun(items, concurrency, task, options) {
  count("concurrency", concurrency);
  check(items, task);
  const run = new Run(SETTLE, concurrency, task, runOptions(options, GOES_ON));
  run.take(items);
  return run;
}

/** A report, for a handle; where `open`, items can be added. */
export function poolRun(items, task, options) {
  const { concurrency, open } = optionsOf(options);
  const run = settleRun(items, concurrency, task, options);
  if (open !== undefined && typeof open !== "boolean") throw badOption("open", "true or false", open);
  if (open) {
    if (run.source) throw badOption("items", "an array where `open` is true", items);
    run.sourceKind = OPEN;
    run.sourceIsOpen = true;
  }
  return run;
}

/** One value, or why there is none. `given` are the checked options. */
export function oneRun(call, given, resend = false) {
  const run = new Run(ONE, 1, (_item, _index, context) => call(context), given);
  run.resend = resend;
  run.take([undefined]);
  return run;
}

/** One call, repeated while its failures allow it. */
export function retryRun(call, policy, options) {
  functionNamed("call", call);
  const retry = policy === undefined ? {} : optionsOf(policy, "policy");
  return oneRun(call, runOptions({ ...optionsOf(options), retry }, ENDS, "policy"));
}

/** One call through a limiter. */
export function limitedRun(limiter, task, options) {
  functionNamed("task", task);
  const { priority = 0, ...given } = optionsOf(options);
  if (!Number.isInteger(priority)) throw badOption("priority", "an integer", priority);
  const run = oneRun(task, runOptions({ signal: given.signal, limiter }, ENDS));
  run.priority = priority;
  return run;
}

/** Batches with a barrier: all items of a batch see the values of the earlier batches. */
export function batchesRun(items, batchSize, task, options) {
  functionNamed("task", task);
  const list = listOf(items);
  const size = count("batchSize", batchSize);
  let batch = -1;
  let completed;
  const seen = (index) => {
    const wanted = Math.floor(index / size);
    if (wanted !== batch) {
      batch = wanted;
      const earlier = run.outcomes.slice(0, batch * size);
      completed = Object.freeze(
        earlier.filter((outcome) => outcome && "value" in outcome).map((outcome) => outcome.value),
      );
    }
    return completed;
  };
  const withCompleted = (index, context) =>
    Object.defineProperty(context, "completed", { value: seen(index), enumerable: true });
  const call = (item, index, context) => task(item, index, withCompleted(index, context));
  const run = new Run(SETTLE, size, call, runOptions(options, GOES_ON));
  run.take(list);
  run.contextOf = withCompleted;
  run.order = size === Infinity ? POOL : BATCHES;
  run.batchSize = size;
  return run;
}

/** In order with a carry: `commit` strictly in input order, `prepare` ahead of it. */
export function inOrderRun(items, options) {
  const list = listOf(items);
  const { prepare, commit, carry, concurrency = 3, onStepFailure } = optionsOf(options);
  functionNamed("commit", commit);
  functionOr("prepare", prepare);
  const policy = optionsOf(onStepFailure, "onStepFailure");
  const given = runOptions(options, GOES_ON);
  // What is said for all failures is said for both steps.
  const hasMode = optionsOf(options).onFailure !== undefined;
  const carries = [];
  const prepared = new Map();
  const call = (item, index, context) => {
    if (run.startingStep === 0) return prepare(item, index, context);
    const before = run.startingCarry < 0 ? carry : carries[run.startingCarry];
    return commit(item, prepared.get(index), before, context);
  };
  const run = new Run(SETTLE, count("concurrency", concurrency), call, given);
  run.take(list);
  run.order = prepare === undefined ? COMMITS : PREPARES;
  run.prepared = prepared;
  const modeOf = (step, otherwise) => failureMode(policy, step, hasMode ? undefined : otherwise, "onStepFailure.");
  run.onStepFailure = [modeOf("prepare", "continue"), modeOf("commit", "pause")];
  run.onValue = (index, step, value) => {
    if (step === 0) {
      prepared.set(index, value);
      return value;
    }
    if (!isObject(value) || !("value" in value && "carry" in value))
      throw new TypeError("`commit` must return { value, carry }");
    carries[index] = value.carry;
    prepared.delete(index);
    return value.value;
  };
  return run;
}

/** Phases in order, with threaded outputs and weights. */
export function pipelineRun(phases, options) {
  if (!Array.isArray(phases)) throw badOption("phases", "an array of phases", phases);
  const given = optionsOf(options);
  const names = phases.map((phase, index) => checkPhase(phase, index).name);
  const from = given.from === undefined ? 0 : names.indexOf(given.from);
  if (from < 0) throw badOption("from", `one of ${names.join(", ")}`, given.from);
  let outputs = Object.freeze({ ...optionsOf(given.outputs, "outputs") });
  const call = async (phase, _index, context) => {
    if (phase.skip && (await phase.skip(outputs))) return SKIP;
    return phase.run(outputs, context);
  };
  const { onProgress, signal, onCancel, limiter, trace } = given;
  const skip = (phase, index) => index < from && (phase.name in outputs ? { value: outputs[phase.name] } : true);
  const key = (phase) => phase.name;
  const checked = { onProgress, signal, onCancel, limiter, trace, skip, key };
  const run = new Run(SETTLE, 1, call, runOptions(checked, { onFailure: "stop", onCancel: "drain" }));
  run.take(phases);
  run.isSerial = true;
  run.weights = phases.map((phase) => phase.weight ?? 1);
  run.options.onFailure = (_reason, phase) => phase.onFailure ?? "stop";
  run.onValue = (index, _step, value) => {
    outputs = Object.freeze({ ...outputs, [names[index]]: value });
    return value;
  };
  run.outputsNow = () => outputs;
  return run;
}

function checkPhase(phase, index) {
  const name = `phases[${index}]`;
  if (!isObject(phase)) throw badOption(name, "a phase", phase);
  textNamed(`${name}.name`, phase.name);
  functionNamed(`${name}.run`, phase.run);
  functionOr(`${name}.skip`, phase.skip);
  const { weight } = phase;
  if (weight !== undefined && !(typeof weight === "number" && weight >= 0 && weight < Infinity)) {
    throw badOption(`${name}.weight`, "a number from 0", weight);
  }
  failureMode(phase, "onFailure", "stop");
  return phase;
}

/** What JSON makes nothing of. */
const NO_JSON = /^\[object (ArrayBuffer|Blob|File|FormData|ReadableStream|URLSearchParams)\]$/;

function textOfBody(body) {
  if (body === undefined) return undefined;
  const text = NO_JSON.test(Object.prototype.toString.call(body)) ? undefined : JSON.stringify(body);
  if (text === undefined) throw badOption("body", "what JSON can say", body);
  return text;
}

/** One request: what is sent, and the run that repeats it. `send` is that of call.rs. */
export function callRun(url, body, options, send) {
  // Not by instanceof: a URL of another realm is one as well.
  if (typeof url !== "string" && typeof url?.href !== "string") throw badOption("url", "a string or a URL", url);
  const { method = "POST", headers, idempotencyKey, resend = "keyed", fetch, ...rest } = optionsOf(options);
  const { signal, timeout, totalTimeout, limiter, retry = {} } = rest;
  textNamed("method", method);
  if (idempotencyKey !== undefined) textNamed("idempotencyKey", idempotencyKey);
  if (resend !== "keyed" && resend !== "always") throw badOption("resend", '"keyed" or "always"', resend);
  const areHeaders = headers === undefined || typeof headers === "function" || isObject(headers);
  if (!areHeaders) throw badOption("headers", "an object or a function", headers);
  functionOr("fetch", fetch);
  const verb = method.toUpperCase();
  if (body !== undefined && (verb === "GET" || verb === "HEAD")) {
    throw badOption("body", "undefined where the method is GET or HEAD", body);
  }
  const text = textOfBody(body);
  const isRepeatable = idempotencyKey !== undefined || resend === "always" || ["GET", "HEAD", "OPTIONS"].includes(verb);
  const given = runOptions({ signal, timeout, totalTimeout, limiter, retry }, ENDS);
  const request = {
    url,
    method: verb,
    headers,
    idempotencyKey,
    // Written once, so that every attempt sends the same.
    body: text,
    /** Whether the attempt has left the page. */
    sent: false,
    fetch(url, init) {
      // It took so long to get here that nobody waits for it any more.
      if (init.signal.aborted) throw init.signal.reason;
      request.sent = true;
      return fetch ? fetch(url, init) : globalThis.fetch(url, init);
    },
  };
  const attempt = (context) => {
    request.sent = false;
    return send(request, context.signal);
  };
  const run = oneRun(attempt, given, isRepeatable);
  run.givenKey = idempotencyKey;
  run.request = request;
  return run;
}
