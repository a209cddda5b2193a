import { hashText } from "@sluicegate/fault-server/random";
import { isPerson, readScene } from "../picture/vocabulary.mjs";

const PALETTES = ["tide blue", "moss green", "clay red", "lamp gold"];
const PROMPT_LENGTH = 200;
const OUTDOORS = new Set([
  "wolf",
  "fox",
  "bear",
  "deer",
  "horse",
  "sheep",
  "well",
  "road",
  "tree",
  "bridge",
  "boat",
  "ship",
  "train",
  "cart",
]);
/** @type {Record<string, string>} */
const PLACE_PHRASES = {
  sea: "by the sea",
  forest: "in the forest",
  mountain: "in the mountains",
  river: "by the river",
  town: "in the town",
  meadow: "in the meadow",
  garden: "in the garden",
  desert: "in the desert",
  room: "in a room",
  heights: "high in the sky",
};
/** @type {Record<string, string>} */
const TIME_PHRASES = { dawn: "at dawn", day: "by day", dusk: "at dusk", night: "at night" };

/**
 * One prompt a scene. A scene that names no place, hour or person goes on in those of the scene before, as a reader
 * would picture it; and one story keeps one palette.
 * @param {string[]} narrations
 * @param {string} [style]
 * @returns {string[]}
 */
export function describeScenes(narrations, style) {
  const palette = PALETTES[hashText(narrations.join("\n")) % PALETTES.length];
  const manner = `${style?.trim().slice(0, 80) || "picture-book print"}, ${palette}`;
  const whole = readScene(narrations.join(" "));
  /** @type {string | undefined} */
  let place = whole.place;
  /** @type {string | undefined} */
  let time;
  let weather = "";
  /** @type {string | undefined} */
  let person = whole.motifs.find(isPerson);
  return narrations.map((narration, i) => {
    const scene = readScene(narration);
    const named = scene.motifs.find(isPerson);
    person = named ?? person;
    // A scene with a wolf is outside the house.
    if (place === "room" && scene.motifs.some((motif) => OUTDOORS.has(motif)))
      place = whole.place === "room" ? undefined : whole.place;
    place = scene.place ?? place;
    time = scene.time ?? time ?? whole.time;
    weather = scene.weather ?? (i % 3 === 0 ? "" : weather);
    const carried = [
      named || !person ? "" : `the ${person}`,
      scene.place || !place ? "" : PLACE_PHRASES[place],
      scene.time || !time ? "" : TIME_PHRASES[time],
      scene.weather || !weather ? "" : weather,
    ].filter(Boolean);
    return [shorten(narration), carried.join(", "), manner].filter(Boolean).join(" · ");
  });
}

/** @param {string} text */
function shorten(text) {
  if (text.length <= PROMPT_LENGTH) return text;
  const cut = text.slice(0, PROMPT_LENGTH);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), PROMPT_LENGTH / 2)).trimEnd()}…`;
}
