import { createRandom } from "@sluicegate/fault-server/random";
import { line, n, path, place, through } from "./brush.mjs";
import { arrange } from "./composition.mjs";
import { drawLand, horizonOf } from "./land.mjs";
import { chooseMood, indoors, mix } from "./mood.mjs";
import { drawOwl } from "./motifs/animals.mjs";
import { createPen } from "./pen.mjs";
import { drawRoom, FLOOR } from "./room.mjs";
import { drawSky, drawWeather } from "./sky.mjs";
import { readScene } from "./vocabulary.mjs";

const PAPER = "#f3ead8";
/** In characters; a page shows dozens of pictures. */
const LARGEST = 29_500;
/** The edge of the block: nearly straight. */
const PRINT_EDGE = printEdge();
/** The motifs of a scene without a picture in its words. */
const QUIET_SCENES = [
  ["cottage", "road"],
  ["tree", "bird"],
  ["boat", "bird"],
  ["tree", "fence"],
  ["well", "tree"],
  ["balloon"],
  ["church", "road"],
  ["windmill", "bird"],
];

/**
 * The picture of a prompt: a landscape or a room in the light of its hour, with what the words name in it. The same
 * prompt and variation make the same picture, to the byte.
 * @param {string} prompt
 * @param {number} [variation] another one is another composition
 * @returns {string} an SVG file
 */
export function renderPicture(prompt, variation = 0) {
  const dice = createRandom(`picture/${variation}/${prompt}`);
  // The last part of a prompt says how to paint, not what: a picture-book print shows no book.
  const manner = prompt.lastIndexOf(" · ");
  const reading = readScene(manner > 0 ? prompt.slice(0, manner) : prompt);
  const motifs = reading.motifs.length > 0 ? reading.motifs : dice.pick(QUIET_SCENES);
  const where = reading.place ?? placeFor(motifs, dice);
  const mood = chooseMood(reading, prompt, dice);
  const has = (/** @type {string} */ word) => motifs.includes(word) || where === word;
  const horizon = horizonOf(where === "room" ? "meadow" : where, dice);
  const { svg: sky, orb } = drawSky(mood, dice, has, horizon);
  const outdoors = where === "room" ? "meadow" : where;
  const land = drawLand({ mood, dice, has, place: outdoors, orb, horizon });
  const weather = drawWeather(mood, dice);
  const limb = where === "room" ? "" : branch(mood, dice, has, where);
  const surroundings = sky + land.far + land.mid;
  const frame = `${lights(mood)}${FILTERS}${land.defs}${finish(mood)}`;
  let defs = land.defs;
  let body;
  if (where === "room") {
    const lamplight = indoors(mood);
    const pen = createPen(lamplight, 1, dice, has);
    const room = drawRoom(pen, surroundings + weather);
    defs += room.defs;
    const ground = () => FLOOR + 62;
    const { near } = arrange({
      mood: lamplight,
      dice,
      has,
      motifs: motifs.filter((motif) => motif !== "fire" && motif !== "gate"),
      indoors: true,
      place: where,
      ground: { far: ground, mid: ground, near: ground },
      busy: room.busy,
      space: LARGEST - frame.length - defs.length - room.svg.length,
    });
    body = room.svg + near;
  } else {
    const layers = arrange({
      mood,
      dice,
      has,
      motifs,
      indoors: false,
      place: where,
      ground: land.ground,
      water: land.water,
      midRange: land.midRange,
      space:
        LARGEST -
        frame.length -
        surroundings.length -
        land.near.length -
        land.front.length -
        limb.length -
        weather.length -
        200,
    });
    body =
      sky +
      layers.sky +
      land.far +
      layers.far +
      land.mid +
      layers.mid +
      layers.water +
      land.near +
      layers.near +
      land.front +
      limb +
      weather;
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="1280" height="720"><defs>${lights(mood)}${FILTERS}${defs}</defs>` +
    `<g filter="url(#cut)">${body}</g>${finish(mood)}</svg>`
  );
}

/**
 * @param {string[]} motifs
 * @param {import('@sluicegate/fault-server/random').Random} dice
 * @returns {import('./vocabulary.mjs').Place}
 */
function placeFor(motifs, dice) {
  const names = (/** @type {string[]} */ ...words) => motifs.some((motif) => words.includes(motif));
  if (names("whale", "ship", "sailboat")) return "sea";
  if (names("boat", "fish", "reed")) return "river";
  if (names("bed", "table", "chair", "clock")) return "room";
  if (names("rocket", "balloon")) return "heights";
  if (names("wolf", "bear", "deer", "owl", "mushroom", "pine")) return "forest";
  if (names("city", "car")) return "town";
  if (names("flower", "apple")) return "garden";
  if (names("window") && !names("cottage", "fox", "bird", "tree", "horse", "castle", "church")) return "room";
  return dice.chance(0.75) ? "meadow" : "mountain";
}

/** @param {import('./mood.mjs').Mood} mood */
function lights({ sky, glow, orb, dark, time }) {
  const stops = sky.map((colour, i) => `<stop offset="${[0, 0.38, 0.66][i]}" stop-color="${colour}"/>`).join("");
  const radial = (/** @type {string} */ id, /** @type {string} */ colour, /** @type {number} */ strength) =>
    `<radialGradient id="${id}"><stop stop-color="${colour}" stop-opacity="${strength}"/><stop offset=".45" stop-color="${colour}" stop-opacity="${n(strength * 0.3)}"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`;
  return (
    `<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient>${radial("glow", glow, dark ? 0.75 : 0.4)}${radial("halo", orb, time === "day" ? 0.45 : 0.5)}` +
    `<linearGradient id="beam"><stop stop-color="${glow}" stop-opacity="0"/><stop offset=".5" stop-color="${glow}" stop-opacity=".5"/><stop offset="1" stop-color="${glow}" stop-opacity="0"/></linearGradient>` +
    '<radialGradient id="dim" cx=".5" cy=".46" r=".75"><stop offset=".55" stop-color="#141018" stop-opacity="0"/><stop offset="1" stop-color="#141018" stop-opacity=".34"/></radialGradient>'
  );
}

// Edges as if cut with a knife, and the tooth of the paper under the ink.
const FILTERS =
  '<filter id="cut" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency=".025" numOctaves="2" seed="4"/><feDisplacementMap in="SourceGraphic" scale="5" xChannelSelector="R" yChannelSelector="G"/></filter>' +
  '<filter id="tooth" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency=".7" numOctaves="2" seed="9"/><feColorMatrix values="0 0 0 0 .98 0 0 0 0 .94 0 0 0 0 .85 0 0 0 -2.6 1.5"/></filter>' +
  '<filter id="wash" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency=".006 .011" numOctaves="3" seed="2"/><feColorMatrix values="0 0 0 0 .09 0 0 0 0 .08 0 0 0 0 .12 2.4 0 0 0 -1.1"/></filter>';

/** @param {import('./mood.mjs').Mood} mood */
function finish({ dark }) {
  return (
    `<rect width="1280" height="720" filter="url(#wash)" opacity="${dark ? 0.24 : 0.12}"/><rect width="1280" height="720" fill="url(#dim)"/><rect width="1280" height="720" filter="url(#tooth)" opacity="${dark ? 0.16 : 0.26}"/>` +
    path(`M-9-9H1289V729H-9Z${PRINT_EDGE}`, PAPER, 'fill-rule="evenodd"')
  );
}

function printEdge() {
  const dice = createRandom("print edge");
  const jog = () => dice.between(-2.2, 2.2);
  /** @type {import('./brush.mjs').Point[]} */
  const points = [];
  for (let x = 26; x < 1254; x += 61) points.push([x, 25 + jog()]);
  for (let y = 26; y < 694; y += 55) points.push([1255 + jog(), y]);
  for (let x = 1254; x > 26; x -= 61) points.push([x, 695 + jog()]);
  for (let y = 694; y > 26; y -= 55) points.push([25 + jog(), y]);
  return through(points, true);
}

/**
 * A branch across an upper corner; an owl sits there if the story has one.
 * @param {import('./mood.mjs').Mood} mood
 * @param {import('@sluicegate/fault-server/random').Random} dice
 * @param {(word: string) => boolean} has
 * @param {string} where
 */
function branch(mood, dice, has, where) {
  const owl = has("owl");
  if (!owl && ((where !== "garden" && where !== "meadow" && where !== "river") || !dice.chance(0.4))) return "";
  const right = dice.chance(0.5);
  const pen = createPen(mood, 1, dice, has);
  const bark = pen.shade("bark", 0.35);
  let leaves = "";
  const colour = mood.autumn ? pen.tint("rust") : pen.shade("moss", 0.3);
  for (let i = 0; i < 26 && !mood.snowy; i += 1) {
    const along = dice.next();
    leaves += `M${n(-20 + along * 330)} ${n(96 - along * 16 + dice.between(-26, 34))}q${n(dice.between(8, 16))}-${n(dice.between(8, 16))} ${n(dice.between(24, 32))} ${n(dice.between(-4, 8))}q-14 12-30-2Z`;
  }
  const wood = line("M-40 60Q120 110 330 84", bark, 12) + line("M120 94Q190 120 240 150M200 94Q260 70 300 40", bark, 6);
  const drawn =
    wood +
    path(leaves || "M0 0", colour) +
    (owl ? place(drawOwl(pen), 190, 84, 0.95) : "") +
    (mood.snowy ? line("M-40 53Q120 103 330 77", mix("#ffffff", mood.sky[1], 0.2), 6) : "");
  return place(drawn, right ? 1280 : 0, 0, 1, right);
}
