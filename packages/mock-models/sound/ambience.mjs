import { createRandom } from "@sluicegate/fault-server/random";
import { SAMPLE_RATE } from "./wav.mjs";

/** @typedef {import('@sluicegate/fault-server/random').Random} Random */

/**
 * Sounds of places. Each adds itself to the samples.
 * @type {Record<string, (samples: Float32Array, dice: Random) => void>}
 */
const AMBIENCES = { waves, rain, wind, fire, crickets, birds, air };

/** @type {[name: string, words: RegExp][]} */
const WORDS = [
  [
    "waves",
    /\b(?:sea|seas|ocean|waves?|shore|beach|tide|coast|harbou?r|boats?|ships?|sail\w*|islands?|lighthouse|whales?|gulls?)\b/i,
  ],
  ["rain", /\b(?:rain\w*|storm\w*|thunder\w*|drizzl\w*|downpour|puddles?|umbrella)\b/i],
  ["fire", /\b(?:fires?|firelight|flames?|hearth|fireplace|campfire|burn\w*|embers?|stove|candles?)\b/i],
  [
    "wind",
    /\b(?:wind\w*|breez\w*|gust\w*|blizzard|snow\w*|winter|mountains?|hills?|desert|dunes?|cold|autumn|balloons?|kites?)\b/i,
  ],
  ["crickets", /\b(?:nights?|midnight|evening|dusk|moon\w*|stars?|twilight|dark\w*|asleep|dream\w*)\b/i],
  ["birds", /\b(?:morning|dawn|birds?|spring|gardens?|meadows?|forests?|woods?|trees?|orchard|sun\w*|song)\b/i],
];
const MOST = 2;

/**
 * @param {string} text
 * @returns {string[]}
 */
export function ambiencesFor(text) {
  const found = WORDS.filter(([, words]) => words.test(text)).map(([name]) => name);
  return found.length > 0 ? found.slice(0, MOST) : ["air"];
}

/**
 * @param {Float32Array} samples
 * @param {string} text
 * @param {number} variation
 */
export function addAmbience(samples, text, variation) {
  for (const name of ambiencesFor(text))
    AMBIENCES[name](samples, createRandom(`ambience/${name}/${variation}/${text}`));
}

/** Noise through a one-pole low-pass whose cut-off (0 to 1) may move. @param {Random} dice */
function softNoise(dice) {
  let low = 0;
  let lower = 0;
  return (/** @type {number} */ cut) => {
    low += cut * (dice.next() * 2 - 1 - low);
    lower += cut * (low - lower);
    return lower;
  };
}

/** @param {Float32Array} samples @param {Random} dice */
function waves(samples, dice) {
  const noise = softNoise(dice);
  const period = dice.between(2.4, 3.4);
  const phase = dice.next();
  for (let i = 0; i < samples.length; i += 1) {
    const cycle = (i / SAMPLE_RATE / period + phase) % 1;
    // A wave climbs slowly and runs out slower still.
    const swell = cycle < 0.4 ? (cycle / 0.4) ** 2 : (1 - (cycle - 0.4) / 0.6) ** 1.5;
    samples[i] += noise(0.06 + 0.2 * swell) * (0.12 + 0.5 * swell);
  }
}

/** @param {Float32Array} samples @param {Random} dice */
function rain(samples, dice) {
  const noise = softNoise(dice);
  let previous = 0;
  for (let i = 0; i < samples.length; i += 1) {
    const value = noise(0.75);
    samples[i] += (value - previous * 0.8) * 0.09;
    previous = value;
  }
  for (let drops = Math.round((samples.length / SAMPLE_RATE) * 26); drops > 0; drops -= 1) {
    addTone(
      samples,
      dice.between(0, samples.length / SAMPLE_RATE),
      dice.between(900, 2600),
      dice.between(0.008, 0.03),
      0.02,
    );
  }
}

/** @param {Float32Array} samples @param {Random} dice */
function wind(samples, dice) {
  const noise = softNoise(dice);
  const phase = dice.between(0, 6);
  for (let i = 0; i < samples.length; i += 1) {
    const time = i / SAMPLE_RATE;
    const gust = 0.5 + 0.3 * Math.sin(time * 1.3 + phase) + 0.2 * Math.sin(time * 2.9 + phase * 2);
    samples[i] += noise(0.03 + 0.06 * gust) * (0.3 + 0.75 * gust);
  }
}

/** @param {Float32Array} samples @param {Random} dice */
function fire(samples, dice) {
  const noise = softNoise(dice);
  for (let i = 0; i < samples.length; i += 1) samples[i] += noise(0.05) * 0.25;
  const seconds = samples.length / SAMPLE_RATE;
  for (let at = 0; at < seconds; at += dice.between(0.01, 0.28)) {
    const start = Math.floor(at * SAMPLE_RATE);
    const length = dice.int(40, 260);
    const loudness = dice.next() ** 3 * 0.22;
    for (let i = 0; i < length && start + i < samples.length; i += 1) {
      samples[start + i] += (dice.next() * 2 - 1) * loudness * (1 - i / length) ** 3;
    }
  }
}

/** @param {Float32Array} samples @param {Random} dice */
function crickets(samples, dice) {
  air(samples, dice);
  const seconds = samples.length / SAMPLE_RATE;
  for (const pitch of [dice.between(3900, 4300), dice.between(4400, 4800)]) {
    for (let at = dice.between(0, 0.6); at < seconds; at += dice.between(0.55, 0.8)) {
      for (let pulse = 0; pulse < 3; pulse += 1) addTone(samples, at + pulse * 0.045, pitch, 0.03, 0.016);
    }
  }
}

/** @param {Float32Array} samples @param {Random} dice */
function birds(samples, dice) {
  air(samples, dice);
  const seconds = samples.length / SAMPLE_RATE;
  for (let at = dice.between(0.1, 0.9); at < seconds - 0.3; at += dice.between(0.7, 1.7)) {
    const pitch = dice.between(2300, 3400);
    for (let chirp = 0, chirps = dice.int(2, 4); chirp < chirps; chirp += 1) {
      addTone(samples, at + chirp * 0.11, pitch, 0.08, 0.022, dice.between(0.85, 1.3));
    }
  }
}

/** @param {Float32Array} samples @param {Random} dice */
function air(samples, dice) {
  const noise = softNoise(dice);
  for (let i = 0; i < samples.length; i += 1) samples[i] += noise(0.03) * 0.22;
}

/**
 * One short tone with soft ends.
 * @param {Float32Array} samples @param {number} at @param {number} frequency @param {number} seconds
 * @param {number} loudness @param {number} [bend] its last frequency as a multiple of its first
 */
function addTone(samples, at, frequency, seconds, loudness, bend = 1) {
  const start = Math.floor(at * SAMPLE_RATE);
  const length = Math.floor(seconds * SAMPLE_RATE);
  let phase = 0;
  for (let i = 0; i < length && start + i < samples.length; i += 1) {
    const place = i / length;
    phase += (2 * Math.PI * frequency * (1 + (bend - 1) * place)) / SAMPLE_RATE;
    samples[start + i] += Math.sin(phase) * Math.sin(Math.PI * place) ** 2 * loudness;
  }
}
