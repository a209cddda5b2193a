// Values of all kinds, as callers and servers give them.

import { Limiter } from "../package.mjs";

const NUMBERS = [0, -0, 1, 2, 3, 7, -1, 0.5, 1.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, 5e-324];
export const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "length", ""];
const TEXTS = [
  ...NAMES,
  ...["a", "0", "-1", "1e3", "NaN", "continue", "stop", "pause", "drain", "abort", "retry", "json", "text", "GET"],
  ...["fulfilled", "started", "\0", "\ud800", "🦀", "a/b", "%", "[DONE]", "null", "{", "x".repeat(300)],
];

/** A function that throws whatever it is used for. */
const bad = () => {
  throw new Error("bad");
};
/** Returns a promise that rejects. What is made of it must be handled by whoever makes it. */
function rejecting() {
  const promise = Promise.reject(new Error("bad"));
  promise.catch(() => {});
  return promise;
}
const nasty = () => new Proxy(() => {}, { get: bad, apply: bad, has: bad, ownKeys: bad, getPrototypeOf: bad });
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** Returns JSON of any shape. */
export function anyJson(random, depth = 0) {
  const kind = random.int(0, depth > 2 ? 3 : 5);
  if (kind === 0) return random.pick(TEXTS);
  if (kind === 1) return random.pick(NUMBERS.filter(Number.isFinite));
  if (kind === 2) return random.pick([null, true, false]);
  if (kind === 3) return random.int(-5, 5);
  const parts = Array.from({ length: random.int(0, 3) }, () => anyJson(random, depth + 1));
  if (kind === 4) return parts;
  // An own property, also where it is named `__proto__`.
  const names = [...NAMES, "error", "code", "message", "hasMore", "nextStartIndex", "retryAfterMs", "details", "key"];
  return Object.fromEntries(parts.map((part) => [random.pick(names), part]));
}

/** Returns a value of any type. Functions in it return at once. */
export function anyValue(random) {
  const made = [
    () => undefined,
    () => null,
    () => random.chance(0.5),
    () => random.pick(NUMBERS),
    () => random.int(0, 4),
    () => random.pick(TEXTS),
    () => anyJson(random),
    () => Symbol("symbol"),
    () => 5n,
    () => [],
    () => [anyJson(random)],
    () => Object.create(null),
    () => () => anyJson(random),
    () => async () => anyJson(random),
    () => bad,
    () => () => rejecting(),
    () => Promise.resolve(anyJson(random)),
    () => new Date(NaN),
    () => new Map([["a", 1]]),
    () => new Error("an error"),
    () => /x/g,
    () => new AbortController().signal,
    () => AbortSignal.abort(random.pick([undefined, null, 0, "reason"])),
    () => ({ aborted: random.chance(0.3), addEventListener() {}, removeEventListener() {} }),
    () => new Limiter({ limit: random.int(1, 3) }),
    () => new Headers({ "retry-after": "0" }),
    () => new Uint8Array(3),
    nasty,
    revoked,
    () => ({
      get a() {
        return bad();
      },
    }),
    () => Object.assign(() => 1, { then: 1 }),
    () => ({ [Symbol.iterator]: bad }),
    () => ({ attempts: random.int(0, 3), minDelay: 0, maxDelay: 0, classify: () => anyJson(random) }),
    () => ({ limit: random.pick(NUMBERS), interval: random.pick(NUMBERS) }),
    () => ({ prepare: random.pick(["continue", "stop", "pause", 1]), commit: anyJson(random) }),
  ];
  return random.pick(made)();
}
