import { below, blob, circle, ellipse, line, n, path, place, ridge, through } from "./brush.mjs";
import { mix } from "./mood.mjs";
import { houses } from "./motifs/buildings.mjs";
import { bare, broadleaf, pine } from "./motifs/plants.mjs";
import { createPen } from "./pen.mjs";

/** @typedef {import('@sluicegate/fault-server/random').Random} Random */
/** @typedef {import('./mood.mjs').Mood} Mood */
/** @typedef {(x: number) => number} Ground */

/**
 * The land of a picture in its layers, and where one can stand in it.
 * @typedef {object} Land
 * @property {string} defs
 * @property {string} far   with the distant hills
 * @property {string} mid
 * @property {string} near
 * @property {string} front frames the picture
 * @property {{far: Ground, mid: Ground, near: Ground}} ground
 * @property {[top: number, bottom: number] | undefined} water where something can float
 * @property {[left: number, right: number] | undefined} midRange where something can stand in the middle distance
 */

/**
 * @typedef {object} LandTools
 * @property {Mood} mood
 * @property {Random} dice
 * @property {(word: string) => boolean} has
 * @property {import('./vocabulary.mjs').Place} place
 * @property {import('./sky.mjs').Orb} orb
 * @property {number} horizon
 */

/** How high the land reaches in each place. @param {import('./vocabulary.mjs').Place} where @param {Random} dice */
export function horizonOf(where, dice) {
  const [low, high] = { sea: [360, 410], heights: [560, 600], mountain: [400, 430], desert: [400, 440] }[
    /** @type {string} */ (where)
  ] ?? [385, 430];
  return dice.between(low, high);
}

/** @param {LandTools} tools @returns {Land} */
export function drawLand(tools) {
  const { mood, dice, has, place: where, horizon } = tools;
  const palette =
    where === "desert"
      ? { ...mood, land: [mix(mood.land[0], "#d9b887", 0.6), mix(mood.land[1], "#b98a4e", mood.dark ? 0.3 : 0.75)] }
      : mood;
  const [farColour, nearColour] = palette.land;
  const depth = (/** @type {number} */ share) => mix(farColour, nearColour, share);
  const low = where === "heights";
  const farGround = ridge(dice, horizon - (low ? 0 : 30), low ? 22 : 44, 1.3);
  const cliff = where === "sea" ? headland(dice, horizon) : undefined;
  const midGround = cliff ? cliff.height : ridge(dice, horizon + (low ? 50 : 42), where === "desert" ? 34 : 26, 1.1);
  const nearGround = ridge(
    dice,
    where === "sea" ? 640 : where === "river" ? 634 : low ? 664 : 580,
    where === "sea" ? 16 : 20,
    0.9,
  );
  const water =
    where === "sea"
      ? /** @type {[number, number]} */ ([horizon, 640])
      : where === "river"
        ? /** @type {[number, number]} */ ([horizon + 84, 640])
        : undefined;

  const defs =
    fade("g1", depth(0.12), mix(mood.haze, depth(0.12), 0.25)) +
    fade("g2", depth(0.32), mix(mood.haze, depth(0.32), 0.4)) +
    fade("g3", depth(0.62), mix(depth(0.62), mood.haze, 0.28)) +
    fade("g4", mix(nearColour, mood.haze, 0.1), mix(nearColour, "#10141c", mood.snowy ? 0.12 : 0.34)) +
    (water ? fade("water", mood.water[0], mood.water[1]) : "");
  let far = "";
  let mid = "";
  let near = "";
  if (where === "mountain" || has("mountains")) far += peaks(tools);
  if (cliff) {
    far += path(`M-40 ${n(horizon)}H1320V740H-40Z`, "url(#water)") + distantCoast(tools) + ripples(tools, horizon, 640);
    mid += path(cliff.d, "url(#g3)") + hatch(dice, cliff.height, cliff.range, mood, 14);
    near += surf(nearGround, mood);
  } else {
    far +=
      path(below(ridge(dice, horizon - (low ? -10 : 66), low ? 16 : 50, 1.5)), "url(#g1)") +
      path(below(farGround), "url(#g2)");
    mid += path(below(midGround), "url(#g3)") + hatch(dice, midGround, [0, 1280], mood, 26);
    if (water) mid += riverBank(tools, water) + ripples(tools, water[0] + 14, 640);
  }
  const trees = scatter(tools, midGround);
  mid = where === "sea" ? mid : trees.behind + mid + trees.on;
  if (where === "town") mid += street(tools, midGround);
  near +=
    path(below(nearGround), "url(#g4)") +
    (has("road") && where !== "sea" && !low ? road(tools, nearGround, midGround) : "") +
    (where === "town" ? cobbles(dice, nearGround, mood) : hatch(dice, nearGround, [0, 1280], mood, 54, 130));
  return {
    defs: defs + trees.defs,
    far,
    mid,
    near,
    front: front(tools),
    ground: { far: where === "sea" ? () => horizon + 3 : farGround, mid: midGround, near: nearGround },
    water,
    midRange: cliff?.range,
  };
}

/** @param {string} id @param {string} top @param {string} bottom */
const fade = (id, top, bottom) =>
  `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop stop-color="${top}"/><stop offset=".75" stop-color="${bottom}"/></linearGradient>`;

/**
 * Short strokes that follow the ground.
 * @param {Random} dice
 * @param {Ground} ground
 * @param {[number, number]} range
 * @param {Mood} mood
 * @param {number} count
 * @param {number} [deep]
 */
function hatch(dice, ground, [left, right], mood, count, deep = 70) {
  const strokes = ["", ""];
  for (let i = 0; i < count; i += 1) {
    const x = dice.between(left, right);
    const y = ground(x) + 8 + dice.next() ** 1.4 * deep;
    const long = dice.between(12, 38);
    strokes[i % 2] += mood.snowy
      ? `M${n(x)} ${n(y)}q${n(long)}-5 ${n(long * 2)} 0`
      : `M${n(x)} ${n(y)}q${n(long / 2)}-${n(dice.between(2, 6))} ${n(long)} 0`;
  }
  return (
    line(strokes[0], mix(mood.land[1], mood.dark ? mood.sky[2] : "#f6edcf", 0.5), 2.4, 'opacity=".28"') +
    line(strokes[1], mix(mood.land[1], "#12161d", 0.5), 2.2, `opacity="${mood.snowy ? 0.12 : 0.26}"`)
  );
}

/** Peaks with a lit and a shaded face. @param {LandTools} tools */
function peaks({ mood, dice, horizon }) {
  let parts = "";
  for (const [row, count] of [
    [0, 4],
    [1, 3],
  ]) {
    const body = mix(mood.land[0], row ? mood.land[1] : mood.sky[1], row ? 0.28 : 0.42);
    for (let i = 0; i < count; i += 1) {
      const x = ((i + dice.between(0.2, 0.8)) / count) * 1280;
      const high = dice.between(150, 250) * (row ? 0.82 : 1.16);
      const half = high * dice.between(0.95, 1.3);
      const [foot, top] = [horizon + 60, horizon - high];
      const bend = dice.between(-0.1, 0.1) * half;
      parts +=
        path(
          `M${n(x - half)} ${n(foot)}L${n(x - half * 0.42 + bend)} ${n(top + high * 0.46)}L${n(x)} ${n(top)}L${n(x + half * 0.36 - bend)} ${n(top + high * 0.4)}L${n(x + half)} ${n(foot)}Z`,
          body,
        ) +
        path(
          `M${n(x)} ${n(top)}L${n(x + half * 0.36 - bend)} ${n(top + high * 0.4)}L${n(x + half)} ${n(foot)}H${n(x + half * 0.1)}L${n(x + half * 0.16)} ${n(top + high * 0.6)}L${n(x - half * 0.05)} ${n(top + high * 0.34)}Z`,
          mix(body, "#1b2233", 0.2),
        ) +
        path(
          `M${n(x)} ${n(top)}L${n(x + half * 0.26 - bend)} ${n(top + high * 0.29)}L${n(x + half * 0.12)} ${n(top + high * 0.25)}L${n(x + half * 0.03)} ${n(top + high * 0.36)}L${n(x - half * 0.1)} ${n(top + high * 0.24)}L${n(x - half * 0.27 + bend)} ${n(top + high * 0.3)}Z`,
          mix(mood.orb, mood.sky[1], mood.dark ? 0.45 : 0.12),
          'opacity=".85"',
        );
    }
  }
  return parts;
}

/** Land that comes in from one side and ends in a cliff. @param {Random} dice @param {number} horizon */
function headland(dice, horizon) {
  const right = dice.chance(0.5);
  const reach = dice.between(360, 470);
  const height = (/** @type {number} */ x) => {
    const inland = Math.max(0, right ? 1280 - x : x) / reach;
    return horizon + 48 - 96 * Math.max(0, 1 - inland ** 3) + 8 * Math.sin(x / 37);
  };
  /** @type {import('./brush.mjs').Point[]} */
  const top = [];
  for (let i = 0; i <= 9; i += 1) {
    const x = right ? 1320 - (i / 9) * (reach + 40) : -40 + (i / 9) * (reach + 40);
    top.push([x, height(x)]);
  }
  const tip = right ? 1280 - reach : reach;
  const side = right ? 1 : -1;
  const d = `${through(top)}L${n(tip - side * 12)} ${n(horizon + 74)}Q${n(tip + side * 180)} ${n(horizon + 96)} ${right ? 1320 : -40} ${n(horizon + 118)}Z`;
  return {
    d,
    height,
    range: /** @type {[number, number]} */ (right ? [1280 - reach * 0.72, 1260] : [20, reach * 0.72]),
  };
}

/** @param {LandTools} tools */
function distantCoast({ mood, dice, horizon }) {
  const x = dice.between(300, 900);
  const wide = dice.between(160, 280);
  return path(
    `M${n(x - wide)} ${n(horizon + 1)}Q${n(x - wide * 0.4)} ${n(horizon - 34)} ${n(x)} ${n(horizon - 22)}T${n(x + wide)} ${n(horizon + 1)}Z`,
    mix(mood.land[0], mood.sky[2], 0.45),
  );
}

/**
 * Water: long strokes that widen towards us, and the light on it.
 * @param {LandTools} tools
 * @param {number} top
 * @param {number} bottom
 */
function ripples({ mood, dice, orb }, top, bottom) {
  const strokes = ["", ""];
  for (let i = 0; i < 74; i += 1) {
    const share = dice.next() ** 1.3;
    const y = top + 6 + share * (bottom - top);
    const long = 16 + share * dice.between(40, 130);
    strokes[i % 2] += `M${n(dice.between(-20, 1280))} ${n(y)}q${n(long / 2)}-${n(2 + share * 7)} ${n(long)} 0`;
  }
  let glitter = "";
  for (let i = 0; orb.shown && i < 34; i += 1) {
    const share = i / 34;
    const spread = 14 + share * 70;
    const long = dice.between(10, 30) + share * 44;
    glitter += `M${n(orb.x + dice.between(-spread, spread) - long / 2)} ${n(top + 5 + share * (bottom - top))}h${n(long)}`;
  }
  return (
    line(strokes[0], mix(mood.water[0], "#ffffff", 0.25), 2.2, 'opacity=".5"') +
    line(strokes[1], mix(mood.water[1], "#0c1420", 0.25), 2.6, 'opacity=".35"') +
    (glitter ? line(glitter, mood.orb, 3.6, 'opacity=".62"') : "")
  );
}

/** @param {Ground} ground @param {Mood} mood */
function surf(ground, mood) {
  const foam = (/** @type {number} */ lift) => below((x) => ground(x) - lift - 5 * Math.sin(x / 53 + lift), 64);
  return (
    path(foam(26), mix(mood.water[0], "#ffffff", 0.45), 'opacity=".4"') +
    path(foam(12), mix(mood.water[0], "#ffffff", 0.65), 'opacity=".75"')
  );
}

/** @param {LandTools} tools @param {[number, number]} water */
function riverBank({ dice }, [top]) {
  const bank = ridge(dice, top, 12, 1.4);
  return path(below(bank), "url(#water)");
}

/** @param {LandTools} tools @param {Ground} near @param {Ground} mid */
function road({ mood, dice }, near, mid) {
  const end = dice.between(480, 800);
  const start = dice.between(420, 860);
  const colour = mood.tone(mood.snowy ? "#d9dbdd" : "#d8bf92", 0.95);
  const [top, waist] = [mid(end) + 4, near(start)];
  const bend = dice.between(-160, 160);
  return (
    path(
      `M${n(start - 46)} ${n(waist + 1)}C${n(start - 90 - bend)} ${n(waist + 60)} ${n(start - 200)} ${n(waist + 90)} ${n(start - 220)} 740H${n(start + 150)}C${n(start + 110)} ${n(waist + 90)} ${n(start + 40 - bend)} ${n(waist + 50)} ${n(start + 40)} ${n(waist + 1)}Z`,
      colour,
      'opacity=".8"',
    ) +
    path(
      `M${n(end - 5)} ${n(top)}C${n(end - 60)} ${n(top + 50)} ${n(start - 130)} ${n(waist - 50)} ${n(start - 46)} ${n(waist + 2)}H${n(start + 40)}C${n(start - 40)} ${n(waist - 60)} ${n(end + 30)} ${n(top + 60)} ${n(end + 8)} ${n(top)}Z`,
      mix(colour, mood.haze, 0.3),
      'opacity=".7"',
    )
  );
}

/** @param {Random} dice @param {Ground} ground @param {Mood} mood */
function cobbles(dice, ground, mood) {
  let d = "";
  for (let i = 0; i < 84; i += 1) {
    const x = dice.between(0, 1280);
    const size = 8 + i * 0.22;
    d += `M${n(x)} ${n(ground(x) + 8 + i * 1.7)}q${n(size)}-${n(size * 0.5)} ${n(size * 2)} 0`;
  }
  return line(d, mix(mood.land[1], mood.dark ? mood.glow : "#f6edcf", 0.4), 2.4, 'opacity=".3"');
}

/** @param {LandTools} tools @param {Ground} ground */
function street({ mood, dice, has }, ground) {
  const far = createPen(mood, 0.3, dice, has);
  const near = createPen(mood, 0.62, dice, has);
  const row = (/** @type {number} */ x, /** @type {number} */ lift, /** @type {string} */ size) =>
    `<use href="#row" transform="translate(${x} ${n(ground(x) - lift)}) scale(${size})"/>`;
  return (
    `<defs><g id="row">${houses(far, 5)}</g></defs>${row(250, 30, ".64 .64")}${row(580, 36, "-.6 .6")}${row(900, 34, ".62 .62")}${row(1190, 30, "-.64 .64")}` +
    `<g id="block">${place(houses(near, 4), 150, ground(150) + 60, 0.95)}</g><use href="#block" transform="translate(1300 ${n(ground(1150) - ground(150))}) scale(-1 1)"/>`
  );
}

/** The trees of the middle distance, each kind drawn once. @param {LandTools} tools @param {Ground} ground */
function scatter({ mood, dice, has, place: where, horizon }, ground) {
  if (where === "desert" || where === "heights" || where === "sea") return { defs: "", behind: "", on: "" };
  const forest = where === "forest";
  const dense = { forest: 26, mountain: 12, garden: 6, town: 0 }[/** @type {string} */ (where)] ?? 7;
  const firs = forest ? dice.chance(0.6) || has("pine") : where === "mountain" || mood.snowy || dice.chance(0.4);
  const draw = (/** @type {number} */ depth) => {
    const pen = createPen(mood, depth, dice, (word) => word !== "apple" && has(word));
    if (firs) return pine(pen, 220);
    return mood.snowy ? bare(pen, 220) : broadleaf(pen, 220);
  };
  const defs = `<g id="t1">${draw(0.3)}</g><g id="t2">${draw(0.58)}</g><g id="t3">${draw(0.66)}</g>`;
  const stand = (
    /** @type {string} */ id,
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {number} */ size,
  ) =>
    `<use href="#${id}" transform="translate(${n(x)} ${n(y)}) scale(${dice.chance(0.5) ? "-" : ""}${size.toFixed(2)} ${size.toFixed(2)})"/>`;
  let behind = "";
  let on = "";
  for (let i = 0; i < (forest ? 24 : Math.ceil(dense / 2)); i += 1) {
    const x = forest ? (i + dice.next()) * 54 : dice.between(0, 1280);
    behind += stand("t1", x, Math.min(horizon + 60, ground(x) + 14), dice.between(0.36, 0.62) * (forest ? 1.5 : 0.8));
  }
  // Not in the middle, where the story is.
  for (let i = 0; i < dense; i += 1) {
    const x = dice.chance(0.5) ? dice.next() ** 1.3 * 460 : 1280 - dice.next() ** 1.3 * 460;
    on += stand(
      dice.chance(0.5) ? "t2" : "t3",
      x,
      ground(x) + dice.between(4, 46),
      dice.between(0.5, 0.86) * (forest ? 1.45 : 0.8),
    );
  }
  return { defs, behind, on };
}

/** Draws the things close to the eye that frame the picture. @param {LandTools} tools */
function front({ mood, dice, has, place: where }) {
  const dark = mix(mood.land[1], "#11151d", mood.snowy ? 0.55 : 0.5);
  let parts = "";
  if (where === "forest") {
    for (const [x, wide] of [
      [dice.between(10, 60), dice.between(60, 84)],
      [dice.between(1200, 1260), dice.between(64, 96)],
      [dice.between(150, 210), 34],
      [dice.between(1070, 1120), 30],
    ]) {
      parts +=
        path(
          `M${n(x - wide / 2)} 740C${n(x - wide * 0.3)} 560 ${n(x - wide * 0.46)} 240 ${n(x - wide * 0.3)}-20H${n(x + wide * 0.34)}C${n(x + wide * 0.24)} 240 ${n(x + wide * 0.4)} 560 ${n(x + wide * 0.66)} 740Z`,
          wide > 40 ? dark : mix(dark, mood.haze, 0.24),
        ) +
        line(
          `M${n(x + wide * 0.1)} 120q8 90-4 190M${n(x - wide * 0.1)} 380q10 90 0 170`,
          mix(dark, mood.haze, 0.3),
          3,
          'opacity=".6"',
        );
    }
  }
  if (where === "town" || where === "sea") {
    return parts + (where === "sea" ? pebbles(dice, mix(mood.land[1], "#e6dcc6", 0.25)) : "");
  }
  if (mood.snowy)
    return parts + path(below(ridge(dice, 704, 10, 2)), mix("#ffffff", mood.land[1], mood.dark ? 0.75 : 0.4));
  return (
    parts + tufts(dice, dark) + (where === "garden" || has("flower") || mood.time === "day" ? blossoms(mood, dice) : "")
  );
}

/** @param {Random} dice @param {string} colour */
function tufts(dice, colour) {
  let blades = "";
  for (let x = -10; x < 1290; x += dice.between(9, 22)) {
    const edge = Math.abs(x - 640) / 640;
    const high = (18 + 66 * edge ** 2) * dice.between(0.5, 1.15);
    blades += `M${n(x)} 724q${n(dice.between(-4, 8))}-${n(high * 0.6)} ${n(dice.between(-16, 20))}-${n(high)}`;
  }
  return line(blades, colour, 4.2);
}

/** @param {Mood} mood @param {Random} dice */
function blossoms(mood, dice) {
  let parts = "";
  const pigment = dice.pick(["#c9583f", "#efe0bd", "#d7a03f", "#b98aa0"]);
  for (let i = 0; i < 16; i += 1) {
    const x = dice.chance(0.5) ? dice.between(20, 420) : dice.between(860, 1260);
    parts += circle(x, 690 - dice.next() * 52 * (Math.abs(x - 640) / 640), dice.between(3.5, 7), mood.tone(pigment, 1));
  }
  return parts;
}

/** @param {Random} dice @param {string} colour */
function pebbles(dice, colour) {
  let parts = "";
  for (let i = 0; i < 9; i += 1)
    parts += ellipse(
      dice.between(30, 1250),
      dice.between(676, 714),
      dice.between(8, 24),
      dice.between(5, 11),
      mix(colour, "#1a202a", dice.between(0.1, 0.4)),
    );
  return parts + path(blob(dice, dice.chance(0.5) ? 90 : 1190, 716, 120, 42, 9, 0.1), mix(colour, "#1a202a", 0.5));
}
