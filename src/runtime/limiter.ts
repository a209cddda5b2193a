// The handle of a limiter. The engine decides.

import { openLimiter, runLimited } from "../../pkg/sluicegate.js";
import type { LimiterInspection } from "../npm/inspecting.ts";
import type { SharedLimiter } from "../npm/modes.ts";
import { now } from "./clock.ts";
import type { TaskContext } from "./context.ts";
import { drainSoon } from "./drain.ts";
import { engine, load } from "./engine.ts";
import { inspectLimiter } from "./inspecting.ts";
import { ADAPTIVE_OPTIONS, LIMITED_OPTIONS, LIMITER_OPTIONS, RATE_OPTIONS, refuseUnknown } from "./known-options.ts";
import { openOne } from "./modes/one.ts";
import { count, functionNamed, limiters, milliseconds, optionsOf, runOptions, shown, toUnsigned } from "./options.ts";
import { leave, openShared, sharing } from "./sharing.ts";
import * as table from "./table.ts";
import { badOption, isObject } from "./values.ts";

/** Closes a limiter whose handle was collected. */
const discarded =
  typeof FinalizationRegistry === "function" ? new FinalizationRegistry((id: number) => discard(id)) : undefined;

/** How often an unused shared limiter with attempts in flight is looked at, in milliseconds. */
const LOOK = 1_000;

function discard(id: number): void {
  if (leave(id)) engine.engine_close_limiter(id);
  else setTimeout(discard, LOOK, id);
}

/**
 * Limits what several runs and calls have in flight together. A place is free again when its task has settled, not when
 * its caller stopped waiting. A failure with status 429, 503 or 529 holds back everything that shares the limiter. The
 * class is an expression, so that it keeps its name in the bundle, and in consoles.
 */
export const RuntimeLimiter: new (options?: unknown) => object = class Limiter {
  readonly #numbers: Float64Array;
  readonly #shared: SharedLimiter | undefined;
  #id = -1;

  constructor(options?: unknown) {
    refuseUnknown(optionsOf(options), LIMITER_OPTIONS);
    this.#numbers = numbersOf(optionsOf(options));
    this.#shared = sharing(optionsOf(options).sharedAcrossTabs);
    // These need no `this`.
    this.cooldown = this.cooldown.bind(this);
    this.inspect = this.inspect.bind(this);
    this.run = this.run.bind(this);
    limiters.add(this);
  }

  /** Id in the engine. The first use opens the limiter, so that a module can create one without loading the engine. */
  get id(): number {
    if (this.#id < 0) {
      load();
      const open = () => openLimiter(this.#numbers);
      this.#id = this.#shared ? openShared(this.#shared, this.#numbers, open) : open();
      discarded?.register(this, this.#id);
    }
    return this.#id;
  }

  /** Reads a number of the limiter from the engine; `otherwise` if it has not been opened. */
  #read(field: number, otherwise: number): number {
    return this.#id < 0 ? otherwise : engine.engine_limiter(this.#id, field, now());
  }

  /** Number of places now. An adaptive limiter lowers and raises it. */
  get limit(): number {
    const given = this.#numbers[table.LIMITER_OPTION_LIMIT] as number;
    return shown(this.#read(table.LIMITER_LIMIT, Number.isNaN(given) ? table.LIMITER_DEFAULT_LIMIT : given));
  }

  set limit(limit: number) {
    const { id } = this;
    if (engine.engine_set_limiter_limit(id, toUnsigned(count("limit", limit)), now()) === 0) {
      const [min, max] = [table.LIMITER_LEAST, table.LIMITER_MOST].map((field) => shown(this.#read(field, NaN)));
      throw badOption("limit", `from adaptive.min (${min}) to adaptive.max (${max})`, limit);
    }
    drainSoon();
  }

  get inFlight(): number {
    return this.#read(table.LIMITER_IN_FLIGHT, 0);
  }

  get waiting(): number {
    return this.#read(table.LIMITER_WAITING, 0);
  }

  get coolingUntil(): number | undefined {
    const until = this.#read(table.LIMITER_COOLING_UNTIL, -Infinity);
    return until > now() ? until : undefined;
  }

  cooldown(ms: number): void {
    const wait = milliseconds("ms", ms);
    const { id } = this;
    engine.engine_cool_limiter(id, wait, now());
    drainSoon();
  }

  inspect(): LimiterInspection {
    const { id } = this;
    const stagger = this.#numbers[table.LIMITER_OPTION_STAGGER] || 0;
    const adaptive = this.#numbers[table.LIMITER_OPTION_ADAPTIVE] === 1;
    return inspectLimiter({ id, stagger, adaptive });
  }

  async run<R>(task: (context: TaskContext) => R, options?: unknown): Promise<Awaited<R>> {
    functionNamed("task", task);
    refuseUnknown(optionsOf(options), LIMITED_OPTIONS);
    const { priority, signal } = optionsOf(options);
    if (priority !== undefined && !Number.isInteger(priority)) throw badOption("priority", "an integer", priority);
    const checked = runOptions({ signal, limiter: this });
    checked.numbers[table.OPTION_LIMITER_PRIORITY] = (priority as number | undefined) ?? NaN;
    return openOne({ options: checked, call: task }, runLimited) as Promise<Awaited<R>>;
  }
};

/** Checks the options. What is not given is NaN: the engine has the defaults. */
function numbersOf(options: Record<string, unknown>): Float64Array {
  const numbers = new Float64Array(table.LIMITER_OPTION_COUNT).fill(NaN);
  const given = <T>(name: string, check: (name: string, value: unknown) => T) =>
    options[name] === undefined ? undefined : check(name, options[name]);
  const limit = given("limit", count);
  numbers[table.LIMITER_OPTION_LIMIT] = limit ?? NaN;
  numbers[table.LIMITER_OPTION_STAGGER] = given("stagger", milliseconds) ?? NaN;
  if (options.rate !== undefined) readRate(options.rate, numbers);
  const { adaptive } = options;
  if (adaptive === undefined || adaptive === false) return numbers;
  numbers[table.LIMITER_OPTION_ADAPTIVE] = 1;
  if (adaptive === true) return numbers;
  if (!isObject(adaptive)) throw badOption("adaptive", "true, false or { min, max }", adaptive);
  refuseUnknown(adaptive, ADAPTIVE_OPTIONS, "adaptive.");
  const bounds = adaptive as Record<string, unknown>;
  const bound = (name: string) => (bounds[name] === undefined ? undefined : count(`adaptive.${name}`, bounds[name]));
  const [min, max] = [bound("min"), bound("max")];
  refuseEmptyRange(limit ?? table.LIMITER_DEFAULT_LIMIT, min, max);
  numbers[table.LIMITER_OPTION_MIN] = min ?? NaN;
  numbers[table.LIMITER_OPTION_MAX] = max ?? NaN;
  return numbers;
}

/** Throws if the lower bound is above the upper one, or the limit is outside of them. */
function refuseEmptyRange(limit: number, min: number | undefined, max: number | undefined): void {
  if (min !== undefined && min > (max ?? limit)) {
    const most = max === undefined ? `limit (${limit})` : `adaptive.max (${max})`;
    throw badOption("adaptive.min", `at most ${most}`, min);
  }
  if (min !== undefined && limit < min) throw badOption("limit", `at least adaptive.min (${min})`, limit);
  if (max !== undefined && limit > max) throw badOption("limit", `at most adaptive.max (${max})`, limit);
}

function readRate(rate: unknown, numbers: Float64Array): void {
  if (!isObject(rate)) throw badOption("rate", "{ limit, interval }", rate);
  refuseUnknown(rate, RATE_OPTIONS, "rate.");
  const { limit, interval } = rate as Record<string, unknown>;
  const most = table.RATE_MOST_STARTS;
  if (!Number.isInteger(limit) || Number(limit) < 1 || Number(limit) > most) {
    throw badOption("rate.limit", `an integer from 1 to ${most}`, limit);
  }
  if (typeof interval !== "number" || !(interval > 0 && interval < Infinity)) {
    throw badOption("rate.interval", "a number of milliseconds above 0", interval);
  }
  numbers[table.LIMITER_OPTION_RATE_LIMIT] = limit as number;
  numbers[table.LIMITER_OPTION_RATE_INTERVAL] = interval;
}
