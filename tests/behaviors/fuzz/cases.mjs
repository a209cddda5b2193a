// Seeded cases: FUZZ_CASES=n sets the number of each kind, FUZZ_SEED=n the first seed. FUZZ_CASES=1 replays that.

import assert from "node:assert/strict";
import { createRandom } from "@sluicegate/fault-server/random";

/** @typedef {import('@sluicegate/fault-server/random').Random} Random */

const FIRST = Number(process.env.FUZZ_SEED ?? 1);
const CASES = Number(process.env.FUZZ_CASES ?? 400);
/** A case that takes longer hangs, in milliseconds. */
const HANG = 60_000;

/**
 * Plays cases of a kind, one after the other. Fails at a trap of the WebAssembly, a rejection that nobody handles, and
 * a case that does not end.
 * @param {string} kind
 * @param {(random: Random) => Promise<unknown>} play
 * @param {number} [share] of FUZZ_CASES, for cases that take long
 */
export async function playCases(kind, play, share = 1) {
  const unhandled = [];
  const note = (error) => unhandled.push(error);
  const before = Reflect.get(globalThis, "reportError");
  const last = FIRST + Math.max(1, Math.round(CASES * share));
  process.on("unhandledRejection", note);
  // Errors of callbacks are reported, which is right. A trap is not.
  Object.assign(globalThis, { reportError: (error) => isTrap(error) && note(error) });
  try {
    for (let seed = FIRST; seed < last; seed++) {
      try {
        await unlessItHangs(play(createRandom(`${kind} ${seed}`)));
        await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(unhandled, [], "unhandled rejections");
      } catch (error) {
        throw new Error(`${kind}: FUZZ_SEED=${seed} FUZZ_CASES=1 plays this case again: ${error}`, { cause: error });
      }
    }
  } finally {
    process.off("unhandledRejection", note);
    Object.assign(globalThis, { reportError: before });
  }
}

async function unlessItHangs(playing) {
  let timer;
  const hang = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("it does not end")), HANG);
  });
  try {
    await Promise.race([playing, hang]);
  } finally {
    clearTimeout(timer);
  }
}

/** Returns whether an error, or what it was caused by, is a trap. */
function isTrap(error) {
  for (let at = error, depth = 0; depth < 5 && typeof at === "object" && at !== null; depth++) {
    if (at instanceof WebAssembly.RuntimeError) return true;
    try {
      at = at.cause;
    } catch {
      return false;
    }
  }
  return false;
}

/** Fails for a reason that is a trap, and else returns it. */
export function checked(reason) {
  assert.ok(!isTrap(reason), "a trap of the WebAssembly");
  return reason;
}

/** Waits until a promise is settled. Returns its value or `undefined`, and its reason. */
export async function ended(promise) {
  try {
    return { value: await promise, isFulfilled: true, reason: undefined };
  } catch (reason) {
    return { value: undefined, isFulfilled: false, reason: checked(reason) };
  }
}
