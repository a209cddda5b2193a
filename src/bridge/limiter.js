// What everything that shares it may have in flight. The engine decides; this is its name for callers.

import { now } from "./clock.js";
import { drainSoon, engine, whenLoaded } from "./engine.js";
import { badOption } from "./errors.js";
import { LARGEST, count, isObject, limiters, milliseconds, optionsOf, toUnsigned } from "./options.js";

/** Connections a browser gives one HTTP/1.1 host, all tabs together. */
export const HOST_CONNECTIONS = 6;

/** The places that the attempt of a signal holds: a nested call that passes it on needs no second one. */
const held = new WeakMap();

/** Without `run`, which needs the loader: src/npm/limiter.ts. */
export class Gate {
  #limit;
  #numbers;
  #gate = -1;

  constructor(options) {
    const given = optionsOf(options);
    this.#limit = given.limit === undefined ? HOST_CONNECTIONS - 1 : count("limit", given.limit);
    const stagger = given.stagger === undefined ? 0 : milliseconds("stagger", given.stagger);
    this.#numbers = [this.#limit, stagger, ...adaptiveBounds(given.adaptive, this.#limit)];
    this.cooldown = this.cooldown.bind(this); // may be passed around
    limiters.add(this);
  }

  /** The engine's name for it. */
  get gate() {
    if (this.#gate < 0 && engine) this.#gate = engine.engine_open_gate(...this.#numbers.map(toUnsigned));
    return this.#gate;
  }

  /** What it allows now; less than was set while it adapts to refusals. */
  get limit() {
    if (!engine) return this.#limit;
    const limit = engine.engine_gate(this.gate, 0);
    return limit === LARGEST ? Infinity : limit;
  }

  set limit(limit) {
    this.#limit = count("limit", limit);
    this.#numbers[0] = limit;
    const [, , min, max] = this.#numbers;
    if (max > 0) this.#numbers.splice(2, 2, Math.min(min, limit), limit);
    if (this.#gate >= 0) engine.engine_set_gate_limit(this.#gate, toUnsigned(limit), now());
    drainSoon?.();
  }

  get inFlight() {
    return engine ? engine.engine_gate(this.gate, 1) : 0;
  }

  get waiting() {
    return engine ? engine.engine_gate(this.gate, 2) : 0;
  }

  get coolingUntil() {
    const until = engine ? engine.engine_gate(this.gate, 3) : -Infinity;
    return until > now() ? until : undefined;
  }

  cooldown(ms) {
    const wait = milliseconds("ms", ms);
    const until = now() + wait;
    whenLoaded(() => {
      drainSoon();
      const at = now();
      engine.engine_cool_gate(this.gate, Math.max(0, until - at), at);
    });
  }
}

function adaptiveBounds(adaptive, limit) {
  if (adaptive === undefined || adaptive === false) return [0, 0];
  if (adaptive === true) return [1, limit];
  if (!isObject(adaptive)) throw badOption("adaptive", "true, false or { min, max }", adaptive);
  const min = adaptive.min === undefined ? 1 : count("adaptive.min", adaptive.min);
  const max = adaptive.max === undefined ? limit : count("adaptive.max", adaptive.max);
  if (min > max) throw badOption("adaptive.min", `at most adaptive.max (${max})`, min);
  if (limit < min || limit > max)
    throw badOption("limit", `from adaptive.min (${min}) to adaptive.max (${max})`, limit);
  return [min, max];
}

/** The signal is that of an attempt: of this serial number in the slot. It holds the places around its run and its own. */
export function holds(signal, run, slot, serial) {
  const { limiter } = run.options;
  const own = limiter === undefined ? [] : [{ limiter, slot, serial }];
  const places = [...own, ...run.around];
  if (places.length > 0) held.set(signal, places);
}

/** The places that are held around whoever was given these signals. */
export const heldAround = (signals) => signals.flatMap((signal) => held.get(signal) ?? []);

/** Of those the slot whose attempt goes on and holds one of this limiter; of several the innermost, which began last. */
export function slotAround(places, limiter) {
  const going = places.filter((place) => place.limiter === limiter && place.slot.serial === place.serial);
  return going.sort((one, other) => other.serial - one.serial)[0]?.slot.number ?? -1;
}
