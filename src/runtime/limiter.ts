// What everything that shares it may have in flight. The engine decides; this is its name for callers.

import { openLimiter, runLimited } from "../../pkg/sluicegate.js";
import { now } from "./clock.ts";
import type { TaskContext } from "./context.ts";
import { drainSoon } from "./drain.ts";
import { engine, load } from "./engine.ts";
import { LIMITER_OPTIONS, RATE_OPTIONS, refuseUnknown } from "./known-options.ts";
import { openOne } from "./modes/one.ts";
import { count, functionNamed, LARGEST, limiters, milliseconds, optionsOf, runOptions, toUnsigned } from "./options.ts";
import * as table from "./table.ts";
import { badOption, isObject } from "./values.ts";

/** Ends the engine's record of a limiter that nobody has any more. */
const forgotten =
  typeof FinalizationRegistry === "function"
    ? new FinalizationRegistry((id: number) => engine.engine_close_limiter(id))
    : undefined;

/**
 * What everything that shares it may have in flight. A place is free again when the task has settled, not when somebody
 * stopped
 * waiting. Calls that fail with a `status` of 429, 503 or 529 hold all that share it back.
 */
export class Limiter {
  readonly #numbers: Float64Array;
  #id = -1;

  constructor(options?: unknown) {
    refuseUnknown(optionsOf(options), LIMITER_OPTIONS);
    this.#numbers = numbersOf(optionsOf(options));
    // Both may be passed around.
    this.cooldown = this.cooldown.bind(this);
    this.run = this.run.bind(this);
    limiters.add(this);
  }

  /** The engine's name for it. It is opened when it is first used, so that a module may make one and load nothing. */
  get id(): number {
    if (this.#id < 0) {
      load();
      this.#id = openLimiter(this.#numbers);
      forgotten?.register(this, this.#id);
    }
    return this.#id;
  }

  /** Reads a number of a limiter that was used already. */
  #read(field: number, otherwise: number): number {
    return this.#id < 0 ? otherwise : engine.engine_limiter(this.#id, field);
  }

  /** What it allows now: less than was set while it adapts to refusals. */
  get limit(): number {
    const limit = this.#read(table.LIMITER_LIMIT, this.#numbers[table.LIMITER_OPTION_LIMIT] as number);
    return limit === LARGEST ? Infinity : limit;
  }

  set limit(limit: number) {
    const { id } = this;
    engine.engine_set_limiter_limit(id, toUnsigned(count("limit", limit)), now());
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

  async run<R>(task: (context: TaskContext) => R, options?: unknown): Promise<Awaited<R>> {
    functionNamed("task", task);
    refuseUnknown(optionsOf(options), ["priority", "signal"]);
    const { priority = 0, signal } = optionsOf(options);
    if (!Number.isInteger(priority)) throw badOption("priority", "an integer", priority);
    const checked = runOptions({ signal, limiter: this });
    checked.numbers[table.OPTION_PRIORITY] = priority as number;
    return openOne({ options: checked, call: task }, runLimited) as Promise<Awaited<R>>;
  }
}

function numbersOf(options: Record<string, unknown>): Float64Array {
  const numbers = new Float64Array(table.LIMITER_OPTION_COUNT).fill(NaN);
  const given = <T>(name: string, check: (name: string, value: unknown) => T) =>
    options[name] === undefined ? undefined : check(name, options[name]);
  const limit = given("limit", count) ?? table.CONNECTIONS_OF_HOST - 1;
  numbers[table.LIMITER_OPTION_LIMIT] = limit;
  numbers[table.LIMITER_OPTION_STAGGER] = given("stagger", milliseconds) ?? NaN;
  if (options.rate !== undefined) readRate(options.rate, numbers);
  const { adaptive } = options;
  if (adaptive === undefined || adaptive === false) return numbers;
  numbers[table.LIMITER_OPTION_ADAPTIVE] = 1;
  if (adaptive === true) return numbers;
  if (!isObject(adaptive)) throw badOption("adaptive", "true, false or { min, max }", adaptive);
  const bounds = adaptive as Record<string, unknown>;
  const bound = (name: string, otherwise: number) =>
    bounds[name] === undefined ? otherwise : count(`adaptive.${name}`, bounds[name]);
  const [min, max] = [bound("min", 1), bound("max", limit)];
  if (min > max) throw badOption("adaptive.min", `at most adaptive.max (${max})`, min);
  if (limit < min || limit > max) {
    throw badOption("limit", `from adaptive.min (${min}) to adaptive.max (${max})`, limit);
  }
  numbers[table.LIMITER_OPTION_MIN] = min;
  numbers[table.LIMITER_OPTION_MAX] = max;
  return numbers;
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
