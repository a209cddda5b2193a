import { execFile } from "node:child_process";
import { franc } from "franc-min";
import { renderSound } from "./sound.mjs";

/**
 * The sound of a text, and how it was made.
 * @typedef {object} Recording
 * @property {Buffer} wav
 * @property {number} seconds
 * @property {Voice} voice
 */

/**
 * `language` is a BCP 47 tag; a melody has none.
 * @typedef {{name: "espeak-ng", language: string} | {name: "melody", language: null}} Voice
 */

const COMMAND = "espeak-ng";
/** In milliseconds. A minute of speech takes a second of work. */
const TIMEOUT = 10_000;
/** In characters: about a minute of speech. */
const LONGEST = 1_000;
const LARGEST = 32 * 1024 * 1024;
const KEPT = 64;
/** In characters: the language of a shorter text cannot be known. */
const TELLING = 6;
const HEADER = 44;
/** @type {Voice} */
const MELODY = Object.freeze({ name: "melody", language: null });

/** Reads texts aloud with espeak-ng. Without it, or in a language without a voice, a text becomes a melody. */
export class Speech {
  #timeout;
  /** @type {Promise<Set<string>> | undefined} */
  #languages;
  /** @type {Map<string, Promise<Recording>>} */
  #recordings = new Map();

  /** @param {{timeout?: number}} [options] milliseconds after which a melody replaces the voice */
  constructor({ timeout = TIMEOUT } = {}) {
    this.#timeout = timeout;
  }

  /**
   * Returns the recording of a text. The latest are kept.
   * @param {string} text
   * @param {number} variation another one is another voice, or another melody
   * @param {string} [language] of the text; found out if it is not given
   * @returns {Promise<Recording>}
   */
  record(text, variation, language = languageOf(text)) {
    const name = JSON.stringify([text, variation, language]);
    const recording = this.#recordings.get(name) ?? this.#make(text, variation, language);
    this.#recordings.delete(name);
    this.#recordings.set(name, recording);
    if (this.#recordings.size > KEPT)
      this.#recordings.delete(/** @type {string} */ (this.#recordings.keys().next().value));
    return recording;
  }

  /**
   * Returns the sound of an earlier recording, also after it was dropped.
   * @param {{text: string, variation: number, voice: Voice}} recipe
   */
  async wavOf({ text, variation, voice }) {
    if (voice.language === null) return renderSound(text, variation);
    return (await this.record(text, variation, voice.language)).wav;
  }

  /** @param {string} text @param {number} variation @param {string} language @returns {Promise<Recording>} */
  async #make(text, variation, language) {
    this.#languages ??= this.#run(["--voices"]).then(languagesIn, () => new Set());
    if ((await this.#languages).has(language)) {
      try {
        const wav = completed(await this.#run(["--stdin", "--stdout", "-v", language, ...tone(variation)], text));
        return { wav, seconds: secondsOf(wav), voice: { name: "espeak-ng", language } };
      } catch {
        // A voice that fails or hangs is replaced, too.
      }
    }
    const wav = renderSound(text, variation);
    return { wav, seconds: secondsOf(wav), voice: MELODY };
  }

  /**
   * Runs espeak-ng, without a shell, and resolves to its output.
   * @param {string[]} args @param {string} [text] @returns {Promise<Buffer>}
   */
  #run(args, text = "") {
    return new Promise((resolve, reject) => {
      /** @type {import('node:child_process').ExecFileOptionsWithBufferEncoding} */
      const options = { encoding: "buffer", timeout: this.#timeout, killSignal: "SIGKILL", maxBuffer: LARGEST };
      const child = execFile(COMMAND, args, options, (error, output) => (error ? reject(error) : resolve(output)));
      // It may end before it has read its text.
      child.stdin?.on("error", () => {});
      // Double brackets would be read as phonemes.
      child.stdin?.end(text.slice(0, LONGEST).replaceAll("[[", "[ ["));
    });
  }
}

/** Returns the language of a text as a BCP 47 tag; English if the text is too short to know. @param {string} text */
export function languageOf(text) {
  const language = franc(text, { minLength: TELLING });
  return language === "und" ? "en" : Intl.getCanonicalLocales(language)[0];
}

/** Returns the languages in the list of voices, with their other names. @param {Buffer} list */
function languagesIn(list) {
  const [, ...lines] = list.toString("utf8").split("\n");
  return new Set(
    lines.flatMap((line) => [
      line.trim().split(/\s+/)[1] ?? "",
      ...[...line.matchAll(/\(([\w-]+) \d+\)/g)].map(([, name]) => name),
    ]),
  );
}

/** Returns pitch and speed of a voice. @param {number} variation */
function tone(variation) {
  return ["-p", String(35 + ((variation * 23) % 50)), "-s", String(150 + ((variation * 7) % 20))];
}

/** Writes the sizes into a WAV file: espeak-ng cannot know them when it writes to a pipe. @param {Buffer} wav */
function completed(wav) {
  if (wav.length <= HEADER || wav.toString("latin1", 0, 4) !== "RIFF" || wav.toString("latin1", 36, 40) !== "data")
    throw new TypeError("espeak-ng wrote no WAV file");
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.writeUInt32LE(wav.length - HEADER, 40);
  return wav;
}

/** @param {Buffer} wav */
function secondsOf(wav) {
  return Math.round(((wav.length - HEADER) / wav.readUInt32LE(28)) * 100) / 100;
}
