import { createRandom } from "@sluicegate/fault-server/random";

/**
 * @typedef {object} Note
 * @property {number} at        seconds
 * @property {number} frequency hertz
 * @property {number} loudness  from 0 to 1
 */

/**
 * @typedef {object} Phrase
 * @property {Note[]} notes
 * @property {number} seconds   with the time the last note takes to die away
 * @property {"mallet" | "pluck"} timbre
 */

const SHORTEST = 2;
const LONGEST = 6;
const LEAD_IN = 0.25;
const TAIL = 1.15;
const MOST_NOTES = 22;
/** Semitones above the root: major and minor pentatonic, and two gentler relatives. */
const SCALES = [
  [0, 2, 4, 7, 9],
  [0, 3, 5, 7, 10],
  [0, 2, 5, 7, 9],
  [0, 2, 5, 7, 10],
];
const VOWELS = /[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœаеёиоуыэюяαεηιουω]+/giu;
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\p{L}\p{N}'’]+|[,;:.!?…—–。、]/gu;

/**
 * A melody on the syllables of a text: their vowels lean the line up or down, words begin stressed, stops are rests.
 * @param {string} text
 * @param {number} variation
 * @returns {Phrase}
 */
export function composePhrase(text, variation) {
  const dice = createRandom(`phrase/${variation}/${text}`);
  const scale = dice.pick(SCALES);
  const root = 196 * 2 ** (dice.int(0, 7) / 12);
  const beats = thin(syllables(text));
  const length = beats.reduce((sum, beat) => sum + beat.length, 0) || 1;
  const beatSeconds = Math.min(0.27, (LONGEST - TAIL - LEAD_IN) / length);
  /** @type {Note[]} */
  const notes = [];
  let at = LEAD_IN;
  let step = dice.int(2, 5);
  for (const [i, { length: beat, lean, stressed }] of beats.entries()) {
    const last = i === beats.length - 1;
    step += lean + (dice.chance(0.35) ? dice.int(-1, 1) : 0);
    // The line turns back where it would leave its octave and a half, and comes home at the end.
    if (step > 8) step -= dice.int(2, 4);
    if (step < 0) step += dice.int(1, 3);
    if (last) step = step > 4 ? 5 : 0;
    const semitones = scale[step % 5] + 12 * Math.floor(step / 5);
    notes.push({
      at: at + dice.between(0, 0.012),
      frequency: root * 2 ** (semitones / 12),
      loudness: (stressed ? 0.85 : 0.55) * dice.between(0.85, 1),
    });
    if (stressed && (i === 0 || last || dice.chance(0.16))) {
      notes.push({ at, frequency: (root / 2) * 2 ** (scale[dice.pick([0, 0, 3])] / 12), loudness: 0.5 });
    }
    at += beat * beatSeconds;
  }
  const seconds = Math.round(Math.min(LONGEST, Math.max(SHORTEST, at + TAIL)) * 100) / 100;
  return { notes, seconds, timbre: dice.pick(/** @type {const} */ (["mallet", "mallet", "pluck"])) };
}

/** @typedef {{length: number, lean: number, stressed: boolean}} Beat length in beats, with the rest after it */

/** @param {string} text @returns {Beat[]} */
function syllables(text) {
  /** @type {Beat[]} */
  const beats = [];
  for (const [token] of text.matchAll(WORDS)) {
    if (/^[,;:.!?…—–。、]$/u.test(token)) {
      const last = beats.at(-1);
      if (last) last.length = Math.max(last.length, /[,;:、]/.test(token) ? 1.6 : 2.2);
      continue;
    }
    const sung = token.replace(/([^aeiouy]{1})e$/iu, "$1");
    const vowels = sung.match(VOWELS) ?? [token[0]];
    vowels.forEach((vowel, i) => beats.push({ length: 1, lean: lean(vowel), stressed: i === 0 && token.length > 2 }));
  }
  if (beats.length === 0) beats.push({ length: 1, lean: 0, stressed: true });
  return beats;
}

/** Bright vowels rise, dark ones fall. @param {string} vowel */
function lean(vowel) {
  const letter = vowel[0].toLowerCase();
  if ("iyíìîéèêë".includes(letter)) return 1;
  if ("ouóòôúùûö".includes(letter)) return -1;
  return letter === "e" ? 1 : letter === "a" ? -1 : 0;
}

/**
 * Keeps a long text to the length of a phrase: first only word beginnings, then every n-th of them.
 * @param {Beat[]} beats
 */
function thin(beats) {
  if (beats.length <= MOST_NOTES) return beats;
  const stressed = beats.filter((beat) => beat.stressed);
  const kept = stressed.length >= 8 ? stressed : beats;
  const every = Math.ceil(kept.length / MOST_NOTES);
  return kept.filter((_, i) => i % every === 0);
}
