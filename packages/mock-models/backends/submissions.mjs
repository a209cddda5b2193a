/** @typedef {import('./projects.mjs').PieceKind} PieceKind */

/**
 * The phases in which a call is not held until its work is done: submitting again, under the same key, is how one asks
 * for it.
 * @type {Record<string, PieceKind>}
 */
export const SUBMISSIONS = { submit_audio: "audio", submit_image: "image" };

/** After what time asking again is worth while, in milliseconds, at pace 1. @type {Record<PieceKind, number>} */
const WORTH_ASKING = { audio: 1_200, image: 2_000 };

/** The wait that a reply asks for while all places are taken. The provider sets it, so no pace shortens it. */
export const BUSY = 20_000;

/**
 * Returns the reply to a submission whose work is not done, or has not begun because all places are taken.
 * @param {Record<string, any>} body @param {boolean} isFull @param {number} pace
 */
export function sayProcessing({ phase }, isFull, pace) {
  const kind = Object.hasOwn(SUBMISSIONS, phase) ? SUBMISSIONS[phase] : undefined;
  if (!kind) return undefined;
  return {
    success: true,
    phase,
    status: "processing",
    retryAfterMs: isFull ? BUSY : Math.ceil(WORTH_ASKING[kind] * pace),
  };
}
