import { createRandom } from "@sluicegate/fault-server/random";

/** @typedef {{name: string, role: string, visual_identity: string}} Character */

const CHARACTERS = Object.freeze([
  { name: "Mara", role: "the keeper of the light", visual_identity: "gray braid, red oilskin coat" },
  { name: "Tobin", role: "her grandson", visual_identity: "freckles, patched blue jersey" },
  { name: "Ilse", role: "the pilot", visual_identity: "short black hair, brass goggles" },
  { name: "Anselm", role: "the harbor master", visual_identity: "white beard, bottle-green cap" },
  { name: "Nour", role: "a stranger from the south", visual_identity: "saffron scarf, silver ring" },
]);
const PLACES = [
  "the lighthouse",
  "the harbor",
  "the salt works",
  "the ferry",
  "the market square",
  "the signal tower",
  "the flooded road",
  "the chapel",
  "the workshop",
  "the breakwater",
  "the old cannery",
  "the reading room",
];
const TIMES = ["Dawn", "Day", "Dusk", "Night"];
const ACTIONS = [
  "finds a letter that was never sent",
  "hears the bell that nobody rings",
  "counts the boats, and one is missing",
  "mends a lamp by the light of another",
  "follows wet footprints to a locked door",
  "reads the water and does not like it",
  "trades a secret for a map",
  "hides from somebody who calls by name",
  "draws the coast as it was before the storm",
  "sets out against all advice",
  "waits until the tide has turned",
  "recognizes the ring at once",
];
const SHOTS = ["Wide", "Close-up", "POV", "Tracking"];
const EMOTIONS = ["wonder", "dread", "hope", "grief", "resolve", "mischief", "relief"];
const TITLES = ["The Last Light", "What the Tide Left", "Salt and Signal", "A Lamp for Nobody", "The Missing Boat"];

/**
 * Returns the title, hook, characters and outline of a script.
 * @param {string} idea @param {string} style @param {number} scenes
 */
export function writeMetadata(idea, style, scenes) {
  const random = createRandom(`metadata/${idea}/${style}/${scenes}`);
  const first = random.int(0, CHARACTERS.length - 1);
  const cast = [0, 1, 2].map((n) => CHARACTERS[(first + n) % CHARACTERS.length]);
  return {
    title_tgt: random.pick(TITLES),
    hook_summary: `${cast[0].name} ${random.pick(ACTIONS)}.`,
    character_bible: cast,
    outline_tgt: `${cast[0].name}, ${cast[0].role}, sets out; ${cast[1].name} follows; ${cast[2].name} knows more than is said. ${idea.trim()}`,
  };
}

/**
 * Returns a scene that continues the last of the previous scenes.
 * @param {{script: string, scene_num: number, total_scenes: number, duration: number, style: string, characters:
 * readonly Character[], previous: readonly {scene_num: number, location?: string}[]}} wish
 */
export function writeScene({ script, scene_num, total_scenes, duration, style, characters, previous }) {
  const random = createRandom(`${script}/scene/${scene_num}`);
  const before = previous.at(-1);
  const [who, other] = [0, 1].map((n) => characters[(scene_num + n) % characters.length]);
  const location = random.pick(PLACES.filter((place) => place !== before?.location));
  const time = TIMES[Math.floor(((scene_num - 1) * TIMES.length) / total_scenes)];
  const emotion = random.pick(EMOTIONS);
  const together = random.chance(0.4) && other !== who ? `, and ${other.name} is there` : "";
  const shot = random.pick(SHOTS);
  return {
    scene_num,
    duration,
    prompt_tgt: `${capital(location)}. ${who.name} ${random.pick(ACTIONS)}${together}.`,
    characters: together ? [who.name, other.name] : [who.name],
    location,
    time_of_day: time,
    camera_shot: shot,
    emotion,
    story_beat: beat(scene_num, total_scenes),
    transition_from_previous: before
      ? `After scene ${before.scene_num}${before.location ? `, in ${before.location}` : ""}`
      : "The film opens",
    style_notes: style,
  };
}

/** @param {number} scene @param {number} total */
function beat(scene, total) {
  if (scene === 1) return "Setup";
  if (scene === total) return "Resolution";
  if (scene === Math.floor(total / 2)) return "Twist";
  return scene > 0.85 * total ? "Climax" : "Rising action";
}

/** @param {string} text */
const capital = (text) => text[0].toUpperCase() + text.slice(1);
