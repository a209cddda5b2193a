import { hashText } from "@sluicegate/fault-server/random";
import { circle } from "./brush.mjs";
import { mix, PIGMENTS } from "./mood.mjs";

/**
 * The tools of a motif: the colors of its depth, the dice of its picture.
 * @typedef {object} Pen
 * @property {(pigment: keyof typeof PIGMENTS) => string} tint   a pigment as it looks at this depth
 * @property {(pigment: keyof typeof PIGMENTS, share?: number) => string} shade  its shadow side
 * @property {(pigment: keyof typeof PIGMENTS, share?: number) => string} light  its lit side
 * @property {(x: number, y: number, r: number) => string} glow  the light around a lamp
 * @property {import('./mood.mjs').Mood} mood
 * @property {import('@sluicegate/fault-server/random').Random} dice
 * @property {(motif: string) => boolean} has  whether the scene has it
 * @property {number} depth
 */

/**
 * Something that can be put into a picture. It is drawn standing on (0, 0), as large as it is in the foreground.
 * @typedef {object} Motif
 * @property {"sky" | "far" | "mid" | "near" | "fore" | "water"} layer  where it belongs
 * @property {number} width  the ground it needs
 * @property {(pen: Pen) => string} draw
 * @property {boolean} [fixed] never mirrored
 */

/**
 * @param {import('./mood.mjs').Mood} mood
 * @param {number} depth
 * @param {import('@sluicegate/fault-server/random').Random} dice
 * @param {(motif: string) => boolean} has
 * @returns {Pen}
 */
export function createPen(mood, depth, dice, has) {
  const tint = (/** @type {keyof typeof PIGMENTS} */ pigment) => mood.tone(PIGMENTS[pigment], depth);
  return {
    mood,
    dice,
    has,
    depth,
    tint,
    shade: (pigment, share = 0.3) => mix(tint(pigment), mood.tone(PIGMENTS.ink, depth), share),
    light: (pigment, share = 0.3) => mix(tint(pigment), mood.dark ? mood.orb : PIGMENTS.white, share),
    glow: (x, y, r) => circle(x, y, r, "url(#glow)"),
  };
}

/**
 * The same choice in every picture of a story, so that a person is known again by the coat.
 * @template T
 * @param {Pen} pen
 * @param {readonly T[]} list
 * @returns {T}
 */
export const sameThroughout = ({ mood }, list) => list[hashText(mood.manner.trim()) % list.length];

/** The colour of a window: lit when it is dark outside. @param {Pen} pen */
export const windowColour = (pen) => (pen.mood.dark ? pen.mood.glow : pen.shade("slate", 0.35));
