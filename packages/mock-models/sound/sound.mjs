import { createRandom } from "@sluicegate/fault-server/random";
import { addAmbience } from "./ambience.mjs";
import { composePhrase } from "./phrase.mjs";
import { encodeWav, SAMPLE_RATE } from "./wav.mjs";

const PEAK = 0.5; // -6 dBFS
const FADE_IN = 0.12;
const FADE_OUT = 0.6;
/** Delays of the echo lines in seconds: no two share a multiple, so the tail does not ring. */
const ECHOES = [0.0297, 0.0371, 0.0411, 0.0437];
const ECHO_DECAY = 0.74;
const ECHO_SHARE = 0.16;
/** Partials of a wooden bar: multiple of the fundamental, share, seconds to fall to a third. */
const BAR = [
  [1, 1, 0.55],
  [3.93, 0.22, 0.12],
  [9.2, 0.07, 0.04],
  [2, 0.1, 0.4],
];

/**
 * The sound of a text: its phrase over the sounds of its place, as a WAV file.
 * @param {string} text
 * @param {number} variation another one is another melody
 * @returns {Buffer}
 */
export function renderSound(text, variation) {
  const { notes, seconds, timbre } = composePhrase(text, variation);
  const phrase = new Float32Array(Math.round(seconds * SAMPLE_RATE));
  const play = timbre === "pluck" ? addPluck : addMallet;
  for (const [i, note] of notes.entries()) play(phrase, note, `${text}/${i}`);
  const samples = withEchoes(phrase);
  scaleTo(samples, 0.8);
  addAmbience(samples, text, variation);
  fade(samples);
  scaleTo(samples, PEAK);
  return encodeWav(samples);
}

/** @param {Float32Array} samples @param {import('./phrase.mjs').Note} note */
function addMallet(samples, { at, frequency, loudness }) {
  const start = Math.floor(at * SAMPLE_RATE);
  for (const [multiple, share, decay] of BAR) {
    const turn = (2 * Math.PI * frequency * multiple) / SAMPLE_RATE;
    if (turn > 2.6) continue;
    const length = Math.min(samples.length - start, Math.floor(decay * 5 * SAMPLE_RATE));
    for (let i = 0; i < length; i += 1) {
      const attack = Math.min(1, i / 90);
      samples[start + i] += Math.sin(turn * i) * Math.exp(-i / SAMPLE_RATE / decay) * share * attack * loudness;
    }
  }
}

/**
 * A plucked string (Karplus and Strong).
 * @param {Float32Array} samples
 * @param {import('./phrase.mjs').Note} note
 * @param {string} label
 */
function addPluck(samples, { at, frequency, loudness }, label) {
  const dice = createRandom(`pluck/${label}`);
  const start = Math.floor(at * SAMPLE_RATE);
  const string = new Float32Array(Math.max(2, Math.round(SAMPLE_RATE / frequency - 0.5)));
  let soft = 0;
  for (let i = 0; i < string.length; i += 1) {
    soft += 0.45 * (dice.next() * 2 - 1 - soft);
    string[i] = soft * 1.8;
  }
  const length = Math.min(samples.length - start, Math.floor(2.2 * SAMPLE_RATE));
  for (let i = 0; i < length; i += 1) {
    const place = i % string.length;
    const value = string[place];
    string[place] = 0.4975 * (value + string[(place + 1) % string.length]);
    samples[start + i] += value * loudness * Math.min(1, i / 60);
  }
}

/** @param {Float32Array} dry */
function withEchoes(dry) {
  const wet = Float32Array.from(dry);
  for (const delay of ECHOES) {
    const line = new Float32Array(Math.round(delay * SAMPLE_RATE));
    let damped = 0;
    for (let i = 0; i < dry.length; i += 1) {
      const place = i % line.length;
      const echo = line[place];
      damped += 0.5 * (echo - damped);
      line[place] = dry[i] + damped * ECHO_DECAY;
      wet[i] += echo * ECHO_SHARE;
    }
  }
  return wet;
}

/** @param {Float32Array} samples */
function fade(samples) {
  const rise = Math.floor(FADE_IN * SAMPLE_RATE);
  const fall = Math.floor(FADE_OUT * SAMPLE_RATE);
  for (let i = 0; i < rise; i += 1) samples[i] *= i / rise;
  for (let i = 0; i < fall; i += 1) samples[samples.length - 1 - i] *= i / fall;
}

/** @param {Float32Array} samples @param {number} peak */
function scaleTo(samples, peak) {
  let highest = 0;
  for (const sample of samples) highest = Math.max(highest, Math.abs(sample));
  if (highest === 0) return;
  for (let i = 0; i < samples.length; i += 1) samples[i] *= peak / highest;
}
