import { describeScenes } from "./prompts.mjs";

/**
 * A part of the story as it is written, before anything is generated for it.
 * @typedef {object} SceneText
 * @property {string} narration
 * @property {string} visualPrompt
 */

export const MOST_SCENES = 40;
const USUAL_FEWEST = 6;
const USUAL_MOST = 24;
// A scene reads well aloud at about this many characters; scripts without spaces say as much in a third.
const SCENE_LENGTH = 170;
const LONG_SENTENCE = 240;
const DENSE_SCRIPT = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;
const REFUSED_TOPICS = ["forbidden-topic", "forbidden topic"];

/** A story that is not split: it has no text, or touches a refused topic. */
export class RefusedStory extends Error {
  /** @override */
  name = "RefusedStory";

  /** @param {"EMPTY_TEXT" | "CONTENT_POLICY_VIOLATION"} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Splits a story into scenes of about equal length. Throws a `RefusedStory`.
 * @param {string} text
 * @param {string} [title]
 * @param {string} [style]
 * @returns {{title: string, scenes: SceneText[]}}
 */
export function splitStory(text, title, style) {
  const clean = text
    .replace(/\r\n?/g, "\n")
    .replace(/[^\S\n]+/g, " ")
    .trim();
  if (!/[\p{L}\p{N}]/u.test(clean)) throw new RefusedStory("EMPTY_TEXT", "The story has no text");
  const folded = `${title ?? ""} ${clean}`.toLowerCase();
  if (REFUSED_TOPICS.some((topic) => folded.includes(topic))) {
    throw new RefusedStory("CONTENT_POLICY_VIOLATION", "The story touches a topic that is not generated");
  }
  const { heading, body } = takeHeading(clean);
  const sentences = splitSentences(body);
  const narrations = groupSentences(sentences, sceneCount(sentences));
  return {
    title: title?.trim() || heading || titleFrom(narrations[0]),
    scenes: describeScenes(narrations, style).map((visualPrompt, i) => ({ narration: narrations[i], visualPrompt })),
  };
}

/** A short first line without a full stop is the story's title, not its first sentence. @param {string} text */
function takeHeading(text) {
  const [first, ...rest] = text.split("\n");
  const body = rest.join("\n").trim();
  const line = first.replace(/^#+\s*/, "").trim();
  if (body && line && line.length <= 70 && !/[.!?…。:,;"”]$/u.test(line)) return { heading: line, body };
  return { heading: "", body: text };
}

/** @param {string} text */
function titleFrom(text) {
  const words = text.split(/\s+/u).slice(0, 6).join(" ").slice(0, 60);
  return words.replace(/[\s.,;:!?…"“”'‘’()-]+$/u, "") || "A story";
}

/** Visible length in terms of an alphabetic script. @param {string} text */
function weigh(text) {
  return text.length + 2 * (text.match(DENSE_SCRIPT)?.length ?? 0);
}

/** @param {string} text */
function splitSentences(text) {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
  const sentences = [];
  for (const paragraph of text.split(/\n\s*\n|\n/u)) {
    const begun = sentences.length;
    let open = "";
    for (const { segment } of segmenter.segment(paragraph)) {
      // A lower-case beginning goes on: "Where to?" it asked.
      if (open === "" && sentences.length > begun && /^\p{Ll}/u.test(segment)) open = `${sentences.pop()} `;
      open += segment;
      // "Mr." and an initial end no sentence; nor does a lone quote or dash begin one.
      if (/(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof)|\b\p{Lu})\.\s*$/u.test(open) || !/[\p{L}\p{N}]/u.test(open)) continue;
      sentences.push(...splitLong(open.trim()));
      open = "";
    }
    if (/[\p{L}\p{N}]/u.test(open)) sentences.push(...splitLong(open.trim()));
  }
  return sentences;
}

/**
 * Breaks an endless sentence at clauses, else at spaces, else anywhere.
 * @param {string} sentence
 * @returns {string[]}
 */
function splitLong(sentence) {
  const parts = [];
  let rest = sentence;
  while (weigh(rest) > LONG_SENTENCE) {
    const window = rest.slice(0, Math.max(40, Math.floor((LONG_SENTENCE * rest.length) / weigh(rest))));
    const clause = Math.max(
      ...[...window.matchAll(/[,;:–—、，；]\s*/gu)].map((match) => match.index + match[0].length),
      0,
    );
    const space = window.lastIndexOf(" ") + 1;
    const cut = clause > window.length / 3 ? clause : space > window.length / 3 ? space : window.length;
    parts.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut);
  }
  if (rest.trim()) parts.push(rest.trim());
  return parts;
}

/** @param {string[]} sentences */
function sceneCount(sentences) {
  const total = sentences.reduce((sum, sentence) => sum + weigh(sentence), 0);
  const wanted = Math.round(total / SCENE_LENGTH);
  const usual = Math.min(USUAL_MOST, Math.max(USUAL_FEWEST, wanted));
  const extra = Math.max(0, Math.floor((wanted - USUAL_MOST) / 4));
  return Math.min(sentences.length, MOST_SCENES, usual + extra);
}

/** Groups of about equal length, in order. @param {string[]} sentences @param {number} count */
function groupSentences(sentences, count) {
  const total = sentences.reduce((sum, sentence) => sum + weigh(sentence), 0);
  /** @type {string[][]} */
  const groups = [];
  let passed = 0;
  let previous = -1;
  for (const [i, sentence] of sentences.entries()) {
    const middle = passed + weigh(sentence) / 2;
    passed += weigh(sentence);
    // Every group gets something: never further ahead than one, never so far behind that sentences run out.
    const even = Math.floor((middle / total) * count);
    const group = Math.min(previous + 1, Math.max(even, count - (sentences.length - i), previous, 0));
    (groups[group] ??= []).push(sentence);
    previous = group;
  }
  return groups.map((group) => group.join(" "));
}
