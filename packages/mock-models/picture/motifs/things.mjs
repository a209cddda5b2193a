import { circle, ellipse, line, n, path, rect } from "../brush.mjs";

/** @typedef {import('../pen.mjs').Pen} Pen */
/** @typedef {import('../pen.mjs').Motif} Motif */

/** @param {Pen} pen @param {number} rx */
const groundShadow = (pen, rx) => ellipse(2, 0, rx, rx * 0.12 + 2, pen.shade("ink", 0), 'opacity=".3"');

/** A lantern on a post. @param {Pen} pen */
function lamp(pen) {
  const { shade, mood } = pen;
  return (
    groundShadow(pen, 26) +
    line("M0 0V-168Q0-190 22-190H40", shade("ink", 0), 7) +
    line("M40-190V-176", shade("ink", 0), 3) +
    pen.glow(40, -150, mood.dark ? 170 : 60) +
    path("M26-172L40-184L54-172L50-132H30Z", mood.glow) +
    line("M26-172L40-184L54-172ZM26-172L30-132H50L54-172M40-172V-132", shade("ink", 0), 3.4)
  );
}

/** @param {Pen} pen */
export function fire(pen) {
  const { shade, light, tint, mood } = pen;
  return (
    pen.glow(0, -40, mood.dark ? 210 : 100) +
    groundShadow(pen, 60) +
    path("M-30-8C-46-44-18-58-22-90C0-78 4-58 8-50C16-60 16-74 14-82C38-58 40-30 28-8Z", tint("rust")) +
    path("M-20-8C-30-36-8-44-10-68C6-54 8-40 10-36C14-42 16-48 16-52C28-34 26-18 18-8Z", mood.glow) +
    path("M-8-8C-12-24 0-30 0-42C10-30 12-18 8-8Z", light("cream", 0.6)) +
    line("M-48 0L34-18M48 0L-34-18", shade("bark", 0.2), 12) +
    line("M-62 4h16M44 4h18", shade("stone", 0.3), 14)
  );
}

/** An open book, pages lifted by the air. @param {Pen} pen */
export function book(pen) {
  const { tint, shade, light } = pen;
  return (
    groundShadow(pen, 84) +
    path("M-86-14L-70-70Q-30-74 0-58Q30-74 70-70L86-14Q40-18 0 0Q-40-18-86-14Z", shade("rust", 0.1)) +
    path("M-78-20L-64-72Q-28-76 0-60V-6Q-34-24-78-20Z", light("cream", 0.3)) +
    path("M78-20L64-72Q28-76 0-60V-6Q34-24 78-20Z", tint("cream")) +
    path("M0-60Q20-96 56-92Q40-78 44-62Q20-66 0-60Z", light("cream", 0.5)) +
    line(
      "M-56-58q22-2 44 8M-60-46q24-2 48 8M-62-34q24-2 50 8M16-46q20-10 42-10M14-34q24-10 48-10M14-22q24-8 50-8",
      shade("stone", 0.25),
      2.4,
    )
  );
}

/** @param {Pen} pen */
const sword = (pen) =>
  groundShadow(pen, 60) +
  path("M-56 4C-50-34-20-44 6-40C40-44 60-18 62 4Z", pen.shade("stone", 0.25)) +
  path("M-40-4C-36-28-14-36 0-34L-6 4Z", pen.tint("stone")) +
  path("M-6-34L-8-150L8-150L6-34Z", pen.light("slate", 0.45)) +
  path("M0-34V-150H8L6-34Z", pen.tint("slate")) +
  line("M-34-152H34", pen.tint("ochre"), 9) +
  line("M0-154V-186", pen.shade("bark", 0), 9) +
  circle(0, -192, 9, pen.tint("ochre"));

/** @param {Pen} pen */
export const crown = (pen) =>
  groundShadow(pen, 62) +
  path("M-60-6Q0 10 60-6L64-30Q0-14-64-30Z", pen.tint("plum")) +
  path("M-50-26L-60-92L-28-62L0-106L28-62L60-92L50-26Q0-12-50-26Z", pen.tint("ochre")) +
  path("M-50-26L-60-92L-28-62L-20-18Q-38-20-50-26Z", pen.shade("ochre", 0.25)) +
  [
    [-60, -94],
    [0, -108],
    [60, -94],
  ]
    .map(([x, y]) => circle(x, y, 6, pen.light("ochre", 0.4)))
    .join("") +
  circle(0, -44, 8, pen.tint("red")) +
  circle(-30, -42, 5, pen.tint("blue")) +
  circle(30, -42, 5, pen.tint("blue"));

/** @param {Pen} pen */
function chest(pen) {
  const { tint, shade, light, mood } = pen;
  return (
    groundShadow(pen, 82) +
    path("M-72-58C-76-110 76-110 72-58Z", shade("wood", 0.25)) +
    path("M-64-60Q0-92 64-60Z", mood.glow) +
    pen.glow(0, -70, 110) +
    [-40, -16, 10, 36].map((x) => circle(x, -62, 10, light("ochre", 0.2))).join("") +
    rect(-76, -60, 152, 60, tint("wood"), 'rx="4"') +
    rect(-76, -60, 40, 60, shade("wood", 0.3), 'rx="4"') +
    line("M-76-40H76M-44-60V0M44-60V0", shade("ochre", 0.15), 6) +
    rect(-10, -50, 20, 24, tint("ochre"), 'rx="3"')
  );
}

/** @param {Pen} pen */
export function bed(pen) {
  const { tint, shade, light, dice, has } = pen;
  const quilt = dice.pick(/** @type {const} */ (["blue", "rust", "moss", "plum"]));
  return (
    groundShadow(pen, 190) +
    path("M-190 0V-140Q-180-156-164-140V0ZM176 0V-96Q186-108 196-96V0Z", shade("wood", 0.2)) +
    rect(-176, -46, 360, 30, tint("wood")) +
    path("M-166-52C-164-96-96-100-84-54Z", light("cream", 0.3)) +
    path("M-164-44Q-160-64-110-64L150-76Q186-74 186-24L184-10H-166Z", light("cream", 0.1)) +
    (has("sleeper")
      ? path("M-146-62C-150-92-104-96-100-66Z", shade("bark", 0.2)) +
        circle(-120, -66, 17, tint("skin")) +
        line("M-124-64q4 3 8 0M-112-64q4 3 8 0", shade("ink", 0), 2) +
        path("M-138-70C-136-90-106-92-102-70C-112-78-126-80-138-70Z", shade("bark", 0.2))
      : "") +
    path("M-84-66C-40-88 40-84 80-82Q186-84 190-44L186-6Q60-16-92-8Q-104-40-84-66Z", tint(quilt)) +
    line(
      "M-40-78Q-44-40-36-12M20-82Q14-44 22-12M80-82Q76-44 84-10M136-80Q136-40 142-8M-88-44Q60-56 188-40",
      light(quilt, 0.25),
      3,
      'opacity=".6"',
    )
  );
}

/** @param {Pen} pen */
export function table(pen) {
  const { tint, shade, light, has } = pen;
  return (
    groundShadow(pen, 150) +
    line("M-116-84L-124 0M116-84L124 0", shade("wood", 0.35), 13) +
    path("M-150-98L-132-116H132L150-98V-84H-150Z", tint("wood")) +
    path("M-150-98H150V-84H-150Z", shade("wood", 0.25)) +
    path("M-60-116Q-40-138-8-134Q22-136 28-116Z", light("straw", 0.1)) +
    path("M58-116Q56-140 60-142H88Q92-138 88-116Z", tint("blue")) +
    line("M90-136q14 2 8 14l-8 2", tint("blue"), 4) +
    line("M70-150q-6-10 2-18t0-18", light("white", 0), 3, 'opacity=".5"') +
    (has("lamp") || has("room") ? candle(pen, -100, -116) : "")
  );
}

/** @param {Pen} pen @param {number} x @param {number} y */
export const candle = (pen, x, y) =>
  pen.glow(x, y - 50, pen.mood.dark ? 150 : 70) +
  rect(x - 7, y - 36, 14, 36, pen.light("cream", 0.2)) +
  path(`M${n(x)} ${n(y - 64)}q-11 16 0 26q11-10 0-26Z`, pen.mood.glow) +
  ellipse(x, y, 18, 4, pen.tint("ochre"));

/** @param {Pen} pen */
export const chair = ({ tint, shade, light, dice }) => {
  const cloth = dice.pick(/** @type {const} */ (["rust", "moss", "plum"]));
  return (
    ellipse(0, 0, 70, 8, shade("ink", 0), 'opacity=".3"') +
    line("M-46-10V0M46-10V0", shade("bark", 0.2), 9) +
    path("M-60-20L-56-140Q-50-164 0-164Q50-164 56-140L60-20Z", shade(cloth, 0.2)) +
    path("M-40-60L-38-134Q-34-150 0-150Q34-150 38-134L40-60Z", tint(cloth)) +
    path("M-72-14V-66Q-62-84-48-66V-50H48V-66Q62-84 72-66V-14Q0-2-72-14Z", light(cloth, 0.1)) +
    path("M-48-50H48V-34H-48Z", shade(cloth, 0.1))
  );
};

/** @param {Pen} pen */
const clock = ({ tint, shade, light, dice }) =>
  ellipse(0, 0, 46, 6, shade("ink", 0), 'opacity=".3"') +
  path("M-38 0V-196L0-232L38-196V0Z", tint("wood")) +
  path("M-38 0V-196L0-232V-214L-22-192V0Z", shade("wood", 0.3)) +
  circle(0, -176, 27, light("cream", 0.2)) +
  `<g transform="rotate(${dice.int(0, 11) * 30} 0 -176)">${line("M0-176V-194", shade("ink", 0), 3.4)}</g>` +
  `<g transform="rotate(${dice.int(0, 11) * 30} 0 -176)">${line("M0-176V-190", shade("ink", 0), 4.4)}</g>` +
  rect(-18, -138, 36, 104, shade("bark", 0.4), 'rx="3"') +
  line("M0-136V-78", light("ochre", 0), 3) +
  circle(0, -70, 10, tint("ochre"));

/** @param {Pen} pen */
const stones = ({ tint, shade, light }) =>
  ellipse(0, 0, 96, 7, shade("ink", 0), 'opacity=".28"') +
  path("M-90 4C-94-38-54-66-18-58C16-52 22-16 26 4Z", tint("stone")) +
  path("M-90 4C-94-38-60-60-34-60C-60-40-62-16-56 4Z", shade("stone", 0.3)) +
  path("M10 4C14-26 44-36 64-28C84-22 92-6 92 4Z", shade("stone", 0.2)) +
  line("M-30-46q18 0 28 12M46-20q12-2 20 6", light("stone", 0.3), 4);

/** @param {Pen} pen */
function robot(pen) {
  const { tint, shade, light, mood } = pen;
  return (
    groundShadow(pen, 50) +
    line("M-18-40V-4M18-40V-4", shade("slate", 0.3), 12) +
    path("M-30 0q2-12 14-12t12 12ZM8 0q2-12 14-12t12 12Z", shade("slate", 0.45)) +
    line("M-40-90Q-62-76-54-54M40-90Q66-88 64-112", shade("slate", 0.2), 9) +
    circle(64, -116, 7, tint("ochre")) +
    rect(-40, -108, 80, 70, tint("slate"), 'rx="12"') +
    rect(-40, -108, 26, 70, shade("slate", 0.25), 'rx="12"') +
    circle(8, -76, 13, light("cream", 0)) +
    circle(8, -76, 8, tint("red")) +
    line("M0-118V-108M0-168V-184", shade("slate", 0.3), 5) +
    rect(-34, -166, 68, 50, light("slate", 0.25), 'rx="14"') +
    circle(-10, -142, 8, mood.glow) +
    circle(16, -142, 8, mood.glow) +
    circle(0, -188, 5, tint("red")) +
    line("M-8-126h18", shade("ink", 0), 3)
  );
}

/** @type {Record<string, Motif>} */
export const THINGS = {
  lamp: { layer: "near", width: 110, draw: lamp },
  fire: { layer: "near", width: 150, draw: fire },
  book: { layer: "near", width: 180, draw: book },
  sword: { layer: "near", width: 130, draw: sword },
  crown: { layer: "near", width: 140, draw: crown },
  chest: { layer: "near", width: 170, draw: chest },
  bed: { layer: "near", width: 390, draw: bed },
  table: { layer: "near", width: 310, draw: table },
  chair: { layer: "near", width: 160, draw: chair },
  clock: { layer: "near", width: 100, draw: clock, fixed: true },
  stone: { layer: "near", width: 190, draw: stones },
  robot: { layer: "near", width: 140, draw: robot },
};
