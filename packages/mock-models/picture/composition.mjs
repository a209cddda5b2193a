import { ellipse, place } from "./brush.mjs";
import { MOTIFS } from "./motifs/motifs.mjs";
import { createPen } from "./pen.mjs";
import { isPerson } from "./vocabulary.mjs";

/** @typedef {"sky" | "far" | "mid" | "near" | "water"} Layer */

/**
 * @typedef {object} Stage
 * @property {import('./mood.mjs').Mood} mood
 * @property {import('@sluicegate/fault-server/random').Random} dice
 * @property {(word: string) => boolean} has
 * @property {string[]} motifs
 * @property {boolean} indoors
 * @property {import('./vocabulary.mjs').Place} place
 * @property {{far: (x: number) => number, mid: (x: number) => number, near: (x: number) => number}} ground
 * @property {[top: number, bottom: number]} [water]
 * @property {[left: number, right: number]} [midRange]
 * @property {[number, number][]} [busy]
 * @property {number} space  characters that the motifs may take
 */

/** A picture with more than this in it is a list. */
const MOST = { sky: 2, far: 1, mid: 2, near: 4, water: 2 };
/** The room that a motif takes, in characters. */
const FRAME = 160;
/** Where the eye looks first, as shares of the width; mirrored for half of the pictures. */
const ANCHORS = {
  sky: [0.68, 0.3, 0.5],
  far: [0.5, 0.3, 0.7],
  mid: [0.7, 0.28, 0.5, 0.88],
  near: [0.36, 0.6, 0.77, 0.19, 0.88],
  water: [0.6, 0.3, 0.78],
};
/** Tall things that would stand before the story. */
const AT_THE_EDGE = new Set(["tree", "pine", "apple", "clock"]);
const EDGES = [0.13, 0.88];
/** Drawn upwards from the place they hang at. */
const HANGING = new Set(["balloon", "rocket"]);
/** The motifs of a foreground that the words leave empty. @type {Record<string, string[][]>} */
const FILLERS = {
  meadow: [["tree", "fence"], ["fence"], ["tree", "stone"], ["tree", "flower"]],
  mountain: [["pine", "stone"], ["pine"], ["stone", "flower"]],
  river: [
    ["reed", "stone"],
    ["tree", "reed"],
  ],
  forest: [["mushroom", "stone"], ["stone"], ["mushroom"]],
  garden: [
    ["fence", "flower"],
    ["flower", "tree"],
  ],
  town: [["lamp"], ["cart", "lamp"]],
  sea: [["stone", "reed"], ["stone"]],
  desert: [["stone"]],
  heights: [],
  room: [["chair"], ["table"], ["chair", "cat"]],
};
const OUTDOOR_ONLY = new Set([
  "tree",
  "pine",
  "apple",
  "well",
  "fence",
  "reed",
  "mushroom",
  "cart",
  "car",
  "stone",
  "lamp",
  "horse",
  "deer",
  "bear",
  "wolf",
  "sheep",
]);
const INDOOR_ONLY = new Set(["bed", "table", "chair", "clock"]);

/**
 * Puts what the words name where one would look for it.
 * @param {Stage} stage
 * @returns {Record<Layer, string>}
 */
export function arrange(stage) {
  const { dice, motifs, indoors, water } = stage;
  const mirrored = dice.chance(0.5);
  let { space } = stage;
  /** @type {Record<Layer, string>} */
  const layers = { sky: "", far: "", mid: "", near: "", water: "" };
  /** @type {Record<string, [number, number][]>} */
  const taken = { sky: [], far: [], mid: [], near: [...(stage.busy ?? [])], water: [] };
  const counts = { sky: 0, far: 0, mid: 0, near: 0, water: 0 };
  const shown = motifs.filter((name) => MOTIFS[name] && suits(name, stage));
  const fillers = FILLERS[stage.place];
  if (fillers.length > 0 && !shown.some((name) => MOTIFS[name].layer === "near" && !AT_THE_EDGE.has(name))) {
    for (const name of dice.pick(fillers)) if (!shown.includes(name) && (name !== "lamp" || !indoors)) shown.push(name);
  }
  // People first: the picture is about them.
  shown.sort((a, b) => Number(isPerson(b)) - Number(isPerson(a)));
  const nearCount = shown.filter((name) => MOTIFS[name].layer === "near").length;
  for (const name of shown) {
    const motif = MOTIFS[name];
    let layer = /** @type {Layer} */ (motif.layer);
    // A boat without water lies ashore.
    if (layer === "water" && !water) layer = "near";
    if (name === "bridge" && water && stage.place === "river") layer = "water";
    if (counts[layer] >= MOST[layer]) continue;
    const scale = scaleOf(name, layer, nearCount, indoors, motifs[0] === name);
    const half = (motif.width * scale) / 2;
    const x = findPlace(name, layer, half, taken[layer], stage, mirrored);
    if (x === undefined) continue;
    const [y, depth] = standing(name, layer, x, stage);
    const pen = createPen(stage.mood, depth, dice, stage.has);
    const drawn = motif.draw(pen);
    if (drawn.length + FRAME > space) continue;
    space -= drawn.length + FRAME;
    counts[layer] += 1;
    taken[layer].push([x - half, x + half]);
    const size = layer === "water" && water ? scale * (0.45 + (0.75 * (y - water[0])) / (water[1] - water[0])) : scale;
    // Everybody looks into the picture.
    layers[layer] +=
      (layer === "near" && !indoors ? pool(name, x, y, half, stage) : "") +
      place(drawn, x, y, size, !motif.fixed && x > 640);
  }
  return layers;
}

/** @param {string} name @param {Stage} stage */
function suits(name, { indoors, water, motifs }) {
  if (indoors && isPerson(name) && motifs.includes("bed") && motifs.includes("sleeper")) return false;
  if (indoors) return MOTIFS[name].layer === "near" && !OUTDOOR_ONLY.has(name);
  if (INDOOR_ONLY.has(name)) return false;
  // Outdoors nobody lets a letter or a book lie about.
  if (name === "book" && motifs.some(isPerson)) return false;
  // The lamp is in somebody's hand.
  if (name === "lamp") return !motifs.some(isPerson);
  if ((name === "fish" || name === "whale" || name === "ship" || name === "sailboat") && !water) return false;
  return name !== "sailboat" || !motifs.includes("boat");
}

/**
 * @param {string} name
 * @param {Layer} layer
 * @param {number} nearCount
 * @param {boolean} indoors
 * @param {boolean} first
 */
function scaleOf(name, layer, nearCount, indoors, first) {
  if (layer === "sky") return name === "bird" ? 1 : HANGING.has(name) && first ? 1.05 : 0.78;
  if (layer === "far") return 0.6;
  if (layer === "mid") return first ? 0.88 : 0.74;
  if (layer === "water") return 1.15;
  if (AT_THE_EDGE.has(name)) return 1.1;
  if (indoors) return 1.25;
  return nearCount <= 2 ? 1.3 : nearCount === 3 ? 1.12 : 1;
}

/**
 * @param {string} name @param {Layer} layer @param {number} half @param {[number, number][]} taken @param {Stage} stage
 * @param {boolean} mirrored
 */
function findPlace(name, layer, half, taken, { dice, midRange }, mirrored) {
  const anchors = AT_THE_EDGE.has(name) ? EDGES : ANCHORS[layer];
  for (const anchor of anchors) {
    const share = mirrored ? 1 - anchor : anchor;
    let x = share * 1280 + dice.between(-36, 36);
    if (layer === "mid" && midRange)
      x = midRange[0] + half * 0.4 + (midRange[1] - midRange[0] - half * 0.8) * dice.between(0.3, 0.7);
    x = Math.max(60 + half * 0.8, Math.min(1220 - half * 0.8, x));
    // A little overlap ties things together; more hides them.
    const free = taken.every(([left, right]) => x + half * 0.8 < left || x - half * 0.8 > right);
    if (free) return x;
  }
  return undefined;
}

/**
 * @param {string} name
 * @param {Layer} layer
 * @param {number} x
 * @param {Stage} stage
 * @returns {[y: number, depth: number]}
 */
function standing(name, layer, x, { dice, ground, water, indoors, place: where }) {
  if (layer === "sky")
    return HANGING.has(name)
      ? [dice.between(350, 400) + (where === "heights" ? 50 : 0), 0.85]
      : [dice.between(200, 270), 0.62];
  if (layer === "far") return [ground.far(x) + 10, 0.22];
  if (layer === "mid") return [ground.mid(x) + 8, 0.66];
  if (layer === "water" && water) {
    const share = name === "bridge" ? 0.34 : dice.between(0.3, 0.62);
    return [water[0] + (water[1] - water[0]) * share, 0.5 + share * 0.45];
  }
  return [Math.min(690, ground.near(x) + (indoors ? dice.between(0, 34) : dice.between(22, 52))), 1];
}

/**
 * At night the one the picture is about stands before a paler air, or nobody would see a dark coat on dark ground.
 * @param {string} name
 * @param {number} x
 * @param {number} y
 * @param {number} half
 * @param {Stage} stage
 */
function pool(name, x, y, half, { mood }) {
  if (!mood.dark || AT_THE_EDGE.has(name)) return "";
  return ellipse(
    x,
    y - half * 0.7,
    half * 1.9 + 60,
    half * 1.5 + 50,
    "url(#halo)",
    `opacity="${mood.time === "night" ? 0.42 : 0.3}"`,
  );
}
