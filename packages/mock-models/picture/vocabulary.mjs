/**
 * The meaning of a scene's words to the eye.
 * @typedef {object} SceneReading
 * @property {Time | undefined} time
 * @property {Weather | undefined} weather
 * @property {Season | undefined} season
 * @property {Place | undefined} place
 * @property {string[]} motifs  in the order of their first mention
 */

/** @typedef {"dawn" | "day" | "dusk" | "night"} Time */
/** @typedef {"storm" | "rain" | "snow" | "fog" | "wind"} Weather */
/** @typedef {"spring" | "autumn"} Season */
/**
 * @typedef {"sea" | "forest" | "mountain" | "river" | "town" | "meadow" | "garden" | "desert" | "room" | "heights"}
 * Place
 */

/** @type {Record<Time, string>} */
const TIMES = {
  dawn: "dawn sunrise daybreak morning breakfast awake awoke woke waking",
  day: "day noon midday afternoon sunny sunlight sunshine daylight summer sunlit",
  dusk: "dusk sunset evening twilight sundown nightfall supper gloaming",
  night:
    "night midnight moon moonlight moonlit moonrise star starry starlight stargazing dark darkness asleep dream dreamt dreamed sleep slept",
};

/** @type {Record<Weather, string>} */
const WEATHERS = {
  storm: "storm stormy thunder thunderstorm lightning tempest gale hurricane",
  rain: "rain rainy rained drizzle downpour puddle shower umbrella",
  snow: "snow snowy snowfall snowflake snowed winter frost frosty ice icy frozen blizzard sledge sleigh",
  fog: "fog foggy mist misty haze smoke",
  wind: "wind windy breeze gust blew",
};

/** @type {Record<Season, string>} */
const SEASONS = {
  spring: "spring blossom bloom april bud",
  autumn: "autumn harvest october november golden",
};

/** @type {Record<Place, string>} */
const PLACES = {
  sea: "sea ocean wave shore beach coast tide harbour harbor bay island sail sailor seaside cliff lighthouse pier dock",
  forest: "forest wood woodland thicket jungle glade clearing grove pine fir",
  mountain: "mountain peak summit alps ridge glacier valley avalanche slope",
  river: "river stream brook creek bank waterfall lake pond ferry bridge marsh",
  town: "town city street market square alley roof rooftop chimney shop station crowd neighbourhood neighborhood office building",
  meadow: "meadow field hill pasture farm grass prairie moor",
  garden: "garden orchard park yard hedge greenhouse courtyard",
  desert: "desert dune sand oasis camel",
  room: "room kitchen bedroom attic hall indoors inside bed table desk pillow blanket hearth fireplace ceiling floor parlour cellar library study workshop wall sofa armchair kettle cupboard shelf",
  heights: "flew fly flight flown balloon cloud sky airplane aeroplane wing heaven",
};

/** The motifs that can be drawn by themselves. @type {Record<string, string>} */
const MOTIFS = {
  girl: "girl daughter sister she her princess niece granddaughter schoolgirl anna clara emma mara lena lucy alice maria mia ella nora ida",
  boy: "boy son brother lad child kid nephew grandson prince tom jack peter hans leo finn max oliver children baby",
  woman: "woman mother lady aunt wife widow witch grandmother granny teacher nurse maid",
  man: "man father uncle husband farmer fisherman sailor keeper captain traveller traveler wanderer stranger baker miller merchant hunter carpenter gardener soldier people someone somebody men villager clockmaker engineer wizard he him his",
  elder: "elder grandfather grandpa sage hermit shepherd beggar monk",
  king: "king emperor sultan ruler duke",
  queen: "queen empress duchess",
  knight: "knight warrior guard armour armor",
  wolf: "wolf wolves coyote jackal",
  fox: "fox vixen",
  dog: "dog hound puppy terrier",
  cat: "cat kitten tomcat",
  horse: "horse pony mare stallion foal donkey mule camel caravan",
  deer: "deer stag fawn reindeer elk moose antler",
  bear: "bear cub",
  rabbit: "rabbit hare bunny",
  sheep: "sheep lamb flock goat cow calf cattle",
  mouse: "mouse mice rat hedgehog",
  bird: "bird sparrow robin swallow nightingale lark crow raven gull seagull goose geese dove pigeon swan eagle hawk heron feather",
  owl: "owl",
  fish: "fish salmon trout herring carp",
  whale: "whale dolphin",
  dragon: "dragon",
  tree: "tree oak birch willow elm beech branch leaf leaves acorn root",
  pine: "pine fir spruce evergreen",
  apple: "apple pear plum cherry fruit",
  flower: "flower roses rosebush tulip daisy poppy lily blossom bouquet petal bloom sunflower",
  mushroom: "mushroom toadstool",
  reed: "reed rushes marsh pond",
  cottage: "cottage hut cabin house home village farm barn farmhouse shed inn",
  castle: "castle palace fortress kingdom throne keep",
  tower: "tower turret belfry",
  church: "church chapel steeple bell cathedral monastery",
  lighthouse: "lighthouse beacon",
  windmill: "windmill mill miller",
  city: "city skyline skyscraper office",
  bridge: "bridge",
  well: "well bucket",
  fence: "fence hedge pasture",
  gate: "gate gateway door doorway threshold",
  road: "road path track trail lane journey walked travelled traveled wandered highway route",
  boat: "boat fisherman canoe dinghy rowboat raft oar ferry rowed",
  sailboat: "sailboat sail sailed yacht regatta",
  ship: "ship vessel mast voyage galleon pirate fleet",
  train: "train railway locomotive station carriage rail engine",
  car: "car lorry truck bus motor van taxi",
  cart: "cart wagon coach sledge sleigh",
  balloon: "balloon airship",
  kite: "kite",
  rocket: "rocket spaceship spacecraft astronaut",
  robot: "robot machine android automaton computer",
  lamp: "lamp lantern candle torch lamplight lamplighter lit glow glowing",
  fire: "fire campfire bonfire flame ember stove hearth fireplace",
  book: "book story read page letter diary map poem novel",
  sword: "sword blade dagger spear shield",
  crown: "crown coronation treasure jewel",
  chest: "chest box treasure gift parcel suitcase trunk",
  bed: "bed pillow blanket",
  sleeper: "asleep sleep slept dream dreamed dreamt",
  window: "window pane sill",
  table: "table desk supper breakfast dinner meal bread soup tea cup",
  chair: "chair armchair stool sofa throne",
  clock: "clock clockmaker pendulum",
  stone: "stone rock boulder pebble cave cliff",
  star: "star comet constellation",
  cloud: "cloud",
  sun: "sun sunrise sunset",
  moon: "moon moonlight moonrise",
  mountains: "mountain peak summit",
  leaf: "autumn leaf leaves",
};

/** "She" and "he" say who is there only while nobody is named. */
const PRONOUNS = new Set(["she", "her", "he", "him", "his"]);

/** @param {Record<string, string>} table */
function index(table) {
  /** @type {Map<string, string[]>} */
  const words = new Map();
  for (const [name, list] of Object.entries(table)) {
    for (const word of list.split(" ")) words.set(word, [...(words.get(word) ?? []), name]);
  }
  return words;
}

const INDEXES = {
  time: index(TIMES),
  weather: index(WEATHERS),
  season: index(SEASONS),
  place: index(PLACES),
  motifs: index(MOTIFS),
};
const BEFORE_A_WELL = new Set(["a", "the", "that", "this", "old", "deep", "dry", "wishing", "stone", "village"]);
const PEOPLE = ["girl", "boy", "woman", "man", "elder", "king", "queen", "knight"];

/** The forms under which a word may be listed. @param {string} word */
function stems(word) {
  const forms = [word];
  if (word.endsWith("'s")) forms.push(word.slice(0, -2));
  if (word.endsWith("ies")) forms.push(`${word.slice(0, -3)}y`);
  if (word.endsWith("ves")) forms.push(`${word.slice(0, -3)}f`);
  if (word.endsWith("es")) forms.push(word.slice(0, -2));
  if (word.endsWith("s")) forms.push(word.slice(0, -1));
  // "Stared" is of "stare", not of "star": a bare stem ends in two consonants or a long vowel, or doubles its last
  // letter.
  const verb = /^(.+?)(?:ed|ing)$/.exec(word)?.[1];
  if (verb) forms.push(`${verb}e`);
  if (verb && /(?:[^aeiou]{2}|[aeiou]{2}.|[wxy])$/.test(verb)) forms.push(verb);
  return forms;
}

/**
 * @param {string} text
 * @returns {SceneReading}
 */
export function readScene(text) {
  /** @type {SceneReading} */
  const reading = { time: undefined, weather: undefined, season: undefined, place: undefined, motifs: [] };
  /** @type {Record<string, number>} */
  const placeVotes = {};
  /** @type {string[]} */
  const pronouns = [];
  let previous = "";
  for (const [word] of text
    .toLowerCase()
    .replaceAll("’", "'")
    .matchAll(/\p{L}[\p{L}']*/gu)) {
    const before = previous;
    previous = word;
    // One draws water from "the well"; everywhere else it is an adverb.
    if (word === "well" && !BEFORE_A_WELL.has(before)) continue;
    for (const kind of /** @type {const} */ (["time", "weather", "season", "place", "motifs"])) {
      const names = stems(word)
        .map((stem) => INDEXES[kind].get(stem))
        .find(Boolean);
      if (!names) continue;
      if (kind === "motifs") {
        (PRONOUNS.has(word) ? pronouns : reading.motifs).push(...names);
      } else if (kind === "place") {
        for (const name of names) placeVotes[name] = (placeVotes[name] ?? 0) + 1;
      } else {
        /** @type {Record<string, unknown>} */ (reading)[kind] ??= names[0];
      }
    }
  }
  if (!reading.motifs.some((motif) => PEOPLE.includes(motif))) reading.motifs.push(...pronouns.slice(0, 1));
  reading.motifs = [...new Set(reading.motifs)];
  const places = Object.entries(placeVotes).sort(([, a], [, b]) => b - a);
  reading.place = /** @type {Place | undefined} */ (places[0]?.[0]);
  return reading;
}

/** @param {string} motif */
export const isPerson = (motif) => PEOPLE.includes(motif);
