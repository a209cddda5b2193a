// A poll: requests, one at a time. The engine decides when the next one follows, and when the poll ends. It has two
// runs: an outer one, whose only item is the poll, and one whose items are the requests.

import { settleWithConcurrency as asksVerb, pollUntil as verb } from "../../../pkg/sluicegate.js";
import type { PollFailureContext } from "../../npm/calls.ts";
import { factsOf, retryAfterOf, verdictOf } from "../calls/facts.ts";
import { decisionOf, lastOf, VERDICTS } from "../calls/judgement.ts";
import { hintOfReply } from "../calls/wait-hint.ts";
import { now } from "../clock.ts";
import { AskContext, type TaskContext } from "../context.ts";
import { drainSoon } from "../drain.ts";
import { engine } from "../engine.ts";
import { RetryError } from "../errors.ts";
import { begin } from "../executor.ts";
import { timeoutError } from "../failing.ts";
import { engineOf } from "../fast-path.ts";
import { BACKOFF_OPTIONS, POLL_OPTIONS, refuseUnknown } from "../known-options.ts";
import type { Mode } from "../mode.ts";
import {
  type AnyFunction,
  count,
  functionNamed,
  functionOr,
  milliseconds,
  type Options,
  optionsOf,
  runOptions,
  toUnsigned,
} from "../options.ts";
import { Run } from "../run.ts";
import { outerCancelSignal } from "../signals/outer.ts";
import * as table from "../table.ts";
import { badOption, property, reportUncaught } from "../values.ts";
import { openOne } from "./one.ts";

/** Names a poll in errors. */
const ATTEMPT_NAME = "poll";

/** The checked arguments of a poll. */
interface Given {
  readonly ask: AnyFunction;
  readonly done: AnyFunction;
  readonly wake: AnyFunction | undefined;
  /** A number, a function, or `undefined` for the default. */
  readonly interval: unknown;
  readonly context: TaskContext | undefined;
  readonly limiter: unknown;
  readonly waitOnline: unknown;
  readonly maxErrors: number;
  readonly classify: AnyFunction | undefined;
  readonly onReply: AnyFunction | undefined;
  readonly sameAs: AnyFunction | undefined;
  /** Growth of the wait after failures: shortest, longest, factor; NaN for the default. */
  readonly growth: readonly [number, number, number];
  readonly options: Options;
}

/** Sends requests until a reply is done. */
export function pollUntil(call: unknown, options: unknown): Promise<unknown> {
  const ask = functionNamed("ask", call);
  const named = optionsOf(options);
  refuseUnknown(named, POLL_OPTIONS);
  const { done, interval, maxConsecutiveErrors, wake, context, limiter, waitOnline } = named;
  const { signal, timeout, idleTimeout } = named;
  const given: Given = {
    ask,
    done: functionNamed("done", done),
    wake: functionOr("wake", wake),
    interval: typeof interval === "function" || interval === undefined ? interval : milliseconds("interval", interval),
    context: contextNamed(context),
    limiter,
    waitOnline,
    maxErrors: maxConsecutiveErrors === undefined ? NaN : count("maxConsecutiveErrors", maxConsecutiveErrors),
    classify: functionOr("classify", named.classify),
    onReply: functionOr("onReply", named.onReply),
    sameAs: functionOr("sameAs", named.sameAs),
    growth: growthOf(named.backoff),
    options: runOptions({ signal, timeout, idleTimeout }),
  };
  runOptions({ limiter, waitOnline }); // to refuse them at once
  // A cancel of the outer run ends a poll at once, also while that run drains.
  const outer = given.options.signal && outerCancelSignal(given.options.signal);
  const signals = [given.options.signal, given.context?.signal, given.context?.cancelled, outer];
  const one = {
    options: given.options,
    attemptName: ATTEMPT_NAME,
    call: (own: TaskContext) => new Poll(given, own).promise,
  };
  return openOne(one, verb, signals);
}

/** `false` keeps the interval. */
function growthOf(backoff: unknown): [number, number, number] {
  if (backoff === undefined) return [NaN, NaN, NaN];
  if (backoff === false) return [NaN, NaN, 1];
  const { minDelay, maxDelay, factor } = optionsOf(backoff, "backoff");
  refuseUnknown(backoff as object, BACKOFF_OPTIONS, "backoff.");
  const time = (name: string, value: unknown) => (value === undefined ? NaN : milliseconds(`backoff.${name}`, value));
  if (factor !== undefined && !(typeof factor === "number" && factor >= 1)) {
    throw badOption("backoff.factor", "a number of at least 1", factor);
  }
  return [time("minDelay", minDelay), time("maxDelay", maxDelay), factor ?? NaN];
}

function contextNamed(context: unknown): TaskContext | undefined {
  if (context !== undefined && typeof property(context, "report") !== "function") {
    throw badOption("context", "the context of a task", context);
  }
  return context as TaskContext | undefined;
}

class Poll {
  readonly promise: Promise<unknown>;
  readonly #given: Given;
  /** The context of the outer run. */
  readonly #own: TaskContext;
  /** Id in the engine. */
  readonly #id: number;
  readonly #asks: Run;
  #resolve: (value: unknown) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #before: string | undefined = undefined;
  #errors: unknown[] = [];
  #interval = NaN;
  #asked = 0;
  readonly #startedAt = now();
  #isOver = false;
  #unsubscribe: unknown = undefined;

  constructor(given: Given, own: TaskContext) {
    this.#given = given;
    this.#own = own;
    const { numbers } = given.options;
    const time = (option: number) => numbers[option] as number;
    const [timeout, idleTimeout] = [time(table.OPTION_TIMEOUT), time(table.OPTION_IDLE_TIMEOUT)];
    const errors = toUnsigned(given.maxErrors);
    this.#id = engine.engine_start_poll(timeout, idleTimeout, errors, ...given.growth, Date.now(), now());
    if (typeof given.interval === "number") this.#interval = given.interval;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#asks = this.#newAsks();
    own.signal.addEventListener("abort", () => this.#end(), { once: true });
    begin(this.#asks, asksVerb).catch(() => {}); // the poll has its own promise
    try {
      this.#unsubscribe = given.wake?.(() => this.#poke());
    } catch (error) {
      this.#fail(error);
    }
    if (this.#isOver) this.#end();
  }

  #newAsks(): Run {
    const onFailure = (error: unknown) => this.#failed(error);
    const options = runOptions({
      signal: this.#own.signal,
      limiter: this.#given.limiter,
      waitOnline: this.#given.waitOnline,
      onFailure,
      onCancel: "abort",
    });
    options.numbers[table.OPTION_CONCURRENCY] = 1;
    const mode: Mode = {
      result: "value",
      options: { ...options, isTimed: true },
      call: (_item, _index, context) => this.#ask(context),
      accept: (_index, _step, reply) => this.#replied(reply),
    };
    const next = () => (this.#isOver ? { done: true, value: undefined } : { done: false, value: undefined });
    return new Run(mode, { [Symbol.iterator]: () => ({ next }) });
  }

  #ask(context: TaskContext): unknown {
    const over = engine.engine_poll_ask(this.#id, Date.now(), now());
    if (over < 0) return this.#over(over);
    this.#asked += 1;
    const outer = this.#given.context ?? this.#own;
    return this.#given.ask(new AskContext(context, outer, this.#asked, this.#errors.at(-1)));
  }

  #replied(reply: unknown): void {
    if (this.#isOver) return;
    try {
      this.#given.onReply?.(reply);
      const isDone = this.#given.done(reply);
      if (typeof property(isDone, "then") === "function") {
        throw new TypeError("`done` must return true or false, got a promise");
      }
      if (isDone) {
        this.#end();
        return this.#resolve(reply);
      }
      this.#errors = [];
      const changed = this.#hasChanged(reply);
      const { interval } = this.#given;
      if (typeof interval === "function") this.#interval = milliseconds("interval(reply)", interval(reply));
      const hint = hintOfReply(reply) ?? NaN;
      this.#plan(engine.engine_poll_replied(this.#id, changed ? 1 : 0, this.#interval, hint, Date.now(), now()));
    } catch (error) {
      this.#fail(error);
    }
  }

  #failed(error: unknown): "continue" {
    if (this.#isOver) return "continue";
    this.#errors.push(error);
    const last = lastOf(error);
    const hint = retryAfterOf(last) ?? NaN;
    const verdict = verdictOf(last);
    const status = factsOf(last).status ?? 0;
    try {
      const decision = this.#decide(error, verdict);
      const { wall, at } = { wall: Date.now(), at: now() };
      this.#plan(engine.engine_poll_failed(this.#id, verdict, status, decision, this.#interval, hint, wall, at));
    } catch (thrown) {
      this.#fail(thrown);
    }
    return "continue";
  }

  /** Asks `classify` whether the poll goes on after a failure. */
  #decide(error: unknown, verdict: number): number {
    const { classify } = this.#given;
    if (!classify) return table.DECISION_NONE;
    const context: PollFailureContext = {
      attempt: this.#asked,
      elapsed: now() - this.#startedAt,
      maybeSent: engine.engine_may_be_sent(table.FACT_SENT, verdict) !== 0,
      verdict: VERDICTS[verdict] ?? "final",
    };
    return decisionOf("classify", classify(error, context));
  }

  /** Returns whether a reply differs from the one before. A change restarts `idleTimeout`. */
  #hasChanged(reply: unknown): boolean {
    const { sameAs } = this.#given;
    const text = textOf(sameAs ? sameAs(reply) : reply);
    if (text !== undefined && text === this.#before) return false;
    this.#before = text;
    this.#own.report({});
    this.#given.context?.report({});
    return true;
  }

  /** Schedules the next request, or ends the poll. */
  #plan(wait: number): void {
    if (wait < 0) this.#over(wait);
    else engineOf(this.#asks).engine_hold(this.#asks.id, now() + wait, now());
  }

  #over(why: number): void {
    const late = (overdue: number) => this.#fail(timeoutError(ATTEMPT_NAME, this.#given.options, overdue));
    if (why === -table.POLL_END_TIMED_OUT) late(table.OVERDUE_ATTEMPT);
    else if (why === -table.POLL_END_IDLE) late(table.OVERDUE_IDLE);
    else this.#fail(this.#errors.length > 1 ? new RetryError(this.#errors) : this.#errors[0]);
  }

  /** Handles a push: sends the next request now, if the engine agrees. */
  #poke(): void {
    if (this.#isOver || engine.engine_poll_poke(this.#id) === 0) return;
    this.#plan(0);
    drainSoon();
  }

  #fail(error: unknown): void {
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    if (!this.#isOver) engine.engine_end_poll(this.#id);
    this.#isOver = true;
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = undefined;
    try {
      if (typeof unsubscribe === "function") unsubscribe();
    } catch (error) {
      reportUncaught(error);
    }
  }
}

/** Returns a text to compare replies by. `undefined`, for a reply that is not JSON, differs from all. */
function textOf(reply: unknown): string | undefined {
  try {
    return JSON.stringify(reply) ?? "";
  } catch {
    return undefined;
  }
}
