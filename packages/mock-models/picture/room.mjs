import { circle, ellipse, line, n, path, rect } from "./brush.mjs";
import { mix } from "./mood.mjs";
import { candle, fire } from "./motifs/things.mjs";

/** @typedef {import('./pen.mjs').Pen} Pen */

export const FLOOR = 566;

/**
 * The inside of a house: wall, floor, a window with the world behind it, and what makes it lived in.
 * @param {Pen} pen
 * @param {string} outside the sky and hills, drawn for the whole picture
 * @returns {{defs: string, svg: string, busy: [number, number][]}} `busy` is where the wall already stands full
 */
export function drawRoom(pen, outside) {
  const { mood, dice, tint, shade, light, has } = pen;
  const wallPigment = dice.pick(/** @type {const} */ (["clay", "moss", "slate", "ochre", "plum"]));
  const lamplit = mood.dark;
  const wall = mix(tint(wallPigment), lamplit ? "#3a2a30" : "#f3e7cd", lamplit ? 0.22 : 0.45);
  const left = dice.chance(0.5);
  const windowX = left ? dice.int(170, 250) : dice.int(720, 800);
  const hearthX = left ? dice.int(960, 1020) : dice.int(250, 320);
  const parts = [rect(0, 0, 1280, FLOOR, wall), stripes(wall, lamplit)];
  parts.push(windowFrame(pen, windowX, outside));
  parts.push(rect(0, FLOOR - 22, 1280, 24, shade("wood", 0.25)), floor(pen));
  /** @type {[number, number][]} */
  const busy = [];
  if (has("gate")) parts.push(door(pen, hearthX));
  else if (has("fire")) {
    parts.push(hearth(pen, hearthX));
    busy.push([hearthX - 150, hearthX + 150]);
  } else if (has("book") || dice.chance(0.5)) {
    parts.push(shelf(pen, hearthX));
  } else {
    parts.push(framed(pen, hearthX, 250), framed(pen, hearthX + 130, 210));
  }
  parts.push(
    ellipse(640 + dice.between(-60, 60), 662, 330, 42, mix(tint("rust"), wall, 0.2)),
    ellipse(640, 662, 290, 34, "none", `stroke="${light("ochre", 0)}" stroke-width="4" opacity=".5"`),
  );
  if (lamplit && busy.length === 0) parts.push(hangingLamp(pen, left ? 780 : 500));
  else if (lamplit) parts.push(circle(left ? 900 : 380, 430, 520, "url(#glow)", 'opacity=".8"'));
  const defs = `<clipPath id="pane"><path d="M${windowX} 380V190Q${windowX + 150} 60 ${windowX + 300} 190V380Z"/></clipPath>`;
  return { defs, svg: parts.join(""), busy };
}

/** @param {Pen} pen @param {number} x */
function hangingLamp({ tint, shade, mood }, x) {
  return (
    circle(x, 214, 560, "url(#glow)", 'opacity=".75"') +
    line(`M${x} 0V150`, shade("ink", 0), 3) +
    path(`M${x - 58} 206Q${x - 44} 150 ${x} 148Q${x + 44} 150 ${x + 58} 206Z`, tint("rust")) +
    path(`M${x - 58} 206Q${x - 44} 150 ${x} 148Q${x - 26} 160 ${x - 22} 206Z`, shade("rust", 0.25)) +
    ellipse(x, 206, 58, 8, mood.glow)
  );
}

/** @param {string} wall @param {boolean} lamplit */
function stripes(wall, lamplit) {
  let d = "";
  for (let x = 22; x < 1280; x += 44) d += `M${x} 0V${FLOOR}`;
  return line(d, mix(wall, lamplit ? "#ffffff" : "#6b5a48", 0.12), 9, 'opacity=".4"');
}

/** @param {Pen} pen @param {number} x @param {string} outside */
function windowFrame({ shade, tint, light, dice, mood }, x, outside) {
  const curtain = dice.pick(/** @type {const} */ (["rust", "blue", "moss", "cream"]));
  const [right, sill] = [x + 300, 380];
  const drape = (/** @type {number} */ edge, /** @type {number} */ way) =>
    path(
      `M${edge - way * 34} 96Q${edge + way * 58} 110 ${edge + way * 46} 250Q${edge + way * 30} 330 ${edge + way * 6} ${sill + 42}L${edge - way * 44} ${sill + 48}Z`,
      tint(curtain),
    ) +
    line(
      `M${edge - way * 14} 110Q${edge + way * 22} 230 ${edge - way * 10} ${sill + 36}`,
      shade(curtain, 0.3),
      5,
      'opacity=".6"',
    );
  return (
    path(`M${x - 16} ${sill + 10}V184Q${x + 150} 40 ${right + 16} 184V${sill + 10}Z`, shade("wood", 0.1)) +
    `<g clip-path="url(#pane)"><g transform="translate(${n(x - 60)} 20) scale(.5 .58)">${outside}</g></g>` +
    line(`M${x + 150} 100V${sill}M${x} 250H${right}`, shade("wood", 0.1), 10) +
    rect(x - 34, sill, 368, 18, light("wood", 0.2)) +
    drape(x - 8, 1) +
    drape(right + 8, -1) +
    line(`M${x - 60} 98H${right + 60}`, shade("bark", 0.3), 8) +
    (dice.chance(0.6)
      ? path(`M${right - 74} ${sill}l-6-34h44l-6 34Z`, tint("clay")) +
        line(
          `M${right - 58} ${sill - 34}q-14-30-28-36M${right - 56} ${sill - 34}q0-34 6-50M${right - 54} ${sill - 34}q18-22 30-26`,
          shade("moss", 0.1),
          7,
        )
      : "") +
    (mood.dark
      ? ""
      : path(`M${x + 20} ${FLOOR + 24}L${x - 90} 700H${x + 240}L${x + 290} ${FLOOR + 24}Z`, mood.orb, 'opacity=".2"'))
  );
}

/** @param {Pen} pen */
function floor({ tint, shade, dice }) {
  let boards = "";
  for (let i = -8; i <= 8; i += 1) boards += `M${640 + i * 96} ${FLOOR + 2}L${640 + i * 150} 730`;
  let joints = "";
  for (let i = 0; i < 14; i += 1)
    joints += `M${n(dice.between(0, 1280))} ${n(dice.between(FLOOR + 14, 708))}h${n(dice.between(20, 60))}`;
  return (
    rect(0, FLOOR, 1280, 160, tint("wood")) +
    line(boards, shade("wood", 0.35), 3, 'opacity=".7"') +
    line(joints, shade("wood", 0.3), 2.4, 'opacity=".5"')
  );
}

/** @param {Pen} pen @param {number} x */
function hearth(pen, x) {
  const { tint, shade, light, has } = pen;
  return (
    rect(x - 90, 0, 180, 300, shade("stone", 0.15)) +
    rect(x - 140, 300, 280, FLOOR - 300, tint("stone")) +
    rect(x - 162, 286, 324, 24, shade("wood", 0.1)) +
    path(`M${x - 86} ${FLOOR}V420Q${x} 350 ${x + 86} 420V${FLOOR}Z`, "#241d20") +
    line(
      `M${x - 130} 350h40M${x + 80} 340h44M${x - 128} 430h28M${x + 96} 460h30M${x - 120} 510h26M${x - 60} 60h50M${x + 10} 130h48M${x - 66} 210h40`,
      shade("stone", 0.35),
      4,
      'opacity=".7"',
    ) +
    `<g transform="translate(${n(x)} ${FLOOR - 4})">${fire(pen)}</g>` +
    `<g transform="translate(${n(x + 96)} 286)">${candle(pen, 0, 0)}</g>` +
    (has("clock")
      ? ""
      : circle(x - 70, 264, 20, light("ochre", 0)) +
        circle(x - 70, 264, 14, light("cream", 0.3)) +
        line(`M${x - 70} 264v-9M${x - 70} 264h6`, shade("ink", 0), 2.4))
  );
}

/** @param {Pen} pen @param {number} x */
function door({ tint, shade, mood, glow }, x) {
  return (
    rect(x - 104, 170, 208, FLOOR - 170, shade("wood", 0.35)) +
    rect(x - 90, 184, 180, FLOOR - 184, tint("wood")) +
    path(
      `M${x + 4} 184H${x + 90}V${FLOOR}H${x + 4}Z`,
      mood.dark ? mix(mood.sky[1], mood.orb, 0.25) : mood.orb,
      'opacity=".85"',
    ) +
    path(`M${x + 4} 184L${x + 50} 204V${FLOOR + 22}L${x + 4} ${FLOOR}Z`, shade("wood", 0.2)) +
    circle(x + 40, 390, 5, tint("ochre")) +
    line(`M${x - 70} 220h54v120h-54ZM${x - 70} 380h54v140h-54Z`, shade("wood", 0.3), 4) +
    glow(x + 60, 420, 140)
  );
}

/** @param {Pen} pen @param {number} x */
function shelf({ tint, shade, dice }, x) {
  let parts = "";
  for (const y of [210, 300]) {
    for (let at = x - 112; at < x + 96; ) {
      const [wide, high] = [dice.int(12, 24), dice.int(44, 68)];
      if (dice.chance(0.86))
        parts += rect(
          at,
          y - high,
          wide,
          high,
          shade(dice.pick(/** @type {const} */ (["rust", "moss", "blue", "ochre", "plum", "cream", "slate"])), 0.15),
          'rx="2"',
        );
      at += wide + 2;
    }
    parts +=
      rect(x - 126, y, 252, 11, tint("wood")) +
      line(`M${x - 104} ${y + 11}v18M${x + 104} ${y + 11}v18`, shade("wood", 0.3), 6);
  }
  return parts;
}

/** A small landscape on the wall. @param {Pen} pen @param {number} x @param {number} y */
function framed({ shade, light, tint }, x, y) {
  return (
    rect(x - 56, y - 44, 112, 88, shade("wood", 0.15)) +
    rect(x - 46, y - 34, 92, 68, light("cream", 0.1)) +
    path(
      `M${x - 46} ${y + 34}V${y + 10}Q${x - 16} ${y - 14} ${x + 6} ${y + 8}T${x + 46} ${y}V${y + 34}Z`,
      tint("moss"),
    ) +
    circle(x + 16, y - 14, 8, tint("ochre"))
  );
}
