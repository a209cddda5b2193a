import { circle, ellipse, line, n, path, rect } from "../brush.mjs";
import { windowColour } from "../pen.mjs";

/** @typedef {import('../pen.mjs').Pen} Pen */
/** @typedef {import('../pen.mjs').Motif} Motif */

/** @param {Pen} pen @param {number} x @param {number} y @param {number} width @param {number} height */
function pane(pen, x, y, width, height) {
  return (
    (pen.mood.dark ? pen.glow(x + width / 2, y + height / 2, width * 2.1) : "") +
    rect(x, y, width, height, windowColour(pen), 'rx="2"') +
    line(
      `M${n(x + width / 2)} ${n(y)}v${n(height)}M${n(x)} ${n(y + height / 2)}h${n(width)}`,
      pen.shade("bark", 0.3),
      2.4,
    )
  );
}

/** Smoke that leans with the wind. @param {Pen} pen @param {number} x @param {number} y */
function smoke(pen, x, y) {
  return line(
    `M${x} ${y}C${x - 8} ${y - 26} ${x + 22} ${y - 38} ${x + 10} ${y - 66}S${x + 40} ${y - 100} ${x + 34} ${y - 128}`,
    pen.light("cream", 0.1),
    11,
    'opacity=".38"',
  );
}

/** @param {Pen} pen */
function cottage(pen) {
  const { tint, shade, light, dice, mood } = pen;
  const wall = dice.pick(/** @type {const} */ (["cream", "stone", "clay"]));
  const roof = dice.pick(/** @type {const} */ (["rust", "bark", "slate"]));
  return (
    smoke(pen, 58, -206) +
    rect(46, -206, 26, 70, shade("clay", 0.35)) +
    path("M-110 0L-112-92L-4-96L100-92L98 0Z", shade(wall, 0.12)) +
    path("M-110 0L-112-92L-60-168L-16-92L-16 0Z", light(wall, 0.1)) +
    path("M-60-178Q-56-184-50-184L84-180L120-90Q60-84-14-90Z", tint(roof)) +
    path("M-60-184L-130-84L-118-76L-60-160L-14-82L0-88Z", shade(roof, 0.3)) +
    line("M-18-150L92-146M-2-120L104-116", shade(roof, 0.2), 3, 'opacity=".7"') +
    (mood.snowy
      ? path("M-62-186Q-54-192-46-190L86-186L102-146Q40-158-36-146L-60-170L-112-96L-126-92Z", light("white", 0))
      : "") +
    path("M12 0V-54Q28-68 44-54V0Z", shade("wood", 0.25)) +
    circle(38, -28, 2.4, tint("ochre")) +
    pane(pen, -74, -66, 28, 34) +
    pane(pen, 60, -64, 24, 28) +
    circle(-60, -118, 8, windowColour(pen))
  );
}

/** @param {Pen} pen @param {number} x @param {number} width @param {number} height @param {boolean} cone */
function turret(pen, x, width, height, cone) {
  const { tint, shade } = pen;
  const left = x - width / 2;
  const merlon = width / 5;
  let top = "";
  if (cone)
    top =
      path(
        `M${n(left - 8)} ${n(-height)}L${n(x)} ${n(-height - width * 1.5)}L${n(left + width + 8)} ${n(-height)}Q${n(x)} ${n(-height + 8)} ${n(left - 8)} ${n(-height)}Z`,
        tint("rust"),
      ) +
      path(
        `M${n(left - 8)} ${n(-height)}L${n(x)} ${n(-height - width * 1.5)}L${n(x - 2)} ${n(-height + 4)}Z`,
        shade("rust", 0.3),
      ) +
      line(`M${n(x)} ${n(-height - width * 1.5)}v-26`, shade("ink", 0), 3) +
      path(`M${n(x)} ${n(-height - width * 1.5 - 26)}q16 2 28 10q-14 4-28 6Z`, tint("ochre"));
  else
    for (let i = 0; i < 5; i += 2)
      top += rect(left + i * merlon, -height - merlon, merlon, merlon + 2, shade("stone", 0.1));
  return (
    rect(left, -height, width, height, tint("stone")) +
    rect(left, -height, width * 0.34, height, shade("stone", 0.3)) +
    top +
    path(`M${n(x + 2)} ${n(-height + 58)}v-18q6-10 12 0v18Z`, windowColour(pen)) +
    (pen.mood.dark ? pen.glow(x + 8, -height + 46, 26) : "")
  );
}

/** @param {Pen} pen */
function castle(pen) {
  const { tint, shade } = pen;
  return (
    turret(pen, -64, 54, 250, true) +
    turret(pen, 74, 50, 214, true) +
    rect(-120, -130, 250, 130, tint("stone")) +
    rect(-120, -130, 250, 22, shade("stone", 0.2), 'opacity=".5"') +
    turret(pen, 6, 84, 176, false) +
    turret(pen, -122, 58, 168, true) +
    turret(pen, 132, 60, 150, true) +
    path("M-16 0V-56Q6-88 28-56V0Z", shade("ink", 0)) +
    line("M-6 0V-62M6 0V-70M18 0V-62M-16-30H28", shade("wood", 0.1), 3) +
    line("M-96-60h14M-70-84h16M50-70h16M74-40h14M-60-34h12", shade("stone", 0.35), 4, 'opacity=".7"')
  );
}

/** @param {Pen} pen */
const tower = (pen) =>
  turret(pen, 0, 84, 250, true) +
  line("M-20-60h16M6-110h16M-14-160h14", pen.shade("stone", 0.4), 4, 'opacity=".7"') +
  path("M-14 0V-38Q0-54 14-38V0Z", pen.shade("bark", 0.4));

/** @param {Pen} pen */
function church(pen) {
  const { tint, shade, light } = pen;
  return (
    path("M-20 0V-84L40-130L112-84V0Z", light("cream", 0)) +
    path("M-26-82L40-138L120-82L108-76L40-122L-14-74Z", shade("slate", 0.3)) +
    path("M30-136L120-82L108-76L24-80Z", shade("slate", 0.2)) +
    rect(-74, -168, 56, 168, tint("cream")) +
    rect(-74, -168, 20, 168, shade("cream", 0.25)) +
    path("M-82-164L-46-270L-10-164Z", tint("slate")) +
    path("M-82-164L-46-270L-50-164Z", shade("slate", 0.35)) +
    line("M-46-270v-22M-54-284h16", shade("ochre", 0.1), 3.4) +
    path("M-54-108v-24q8-14 16 0v24Z", windowColour(pen)) +
    path("M24-24v-34q9-16 18 0v34ZM66-24v-34q9-16 18 0v34Z", windowColour(pen)) +
    path("M-58 0v-36q12-18 24 0v36Z", shade("wood", 0.35))
  );
}

/** @param {Pen} pen */
function lighthouse(pen) {
  const { tint, shade, light, mood } = pen;
  const beam = mood.dark ? path("M6-292L560-400V-230ZM-6-292L-520-350V-250Z", "url(#beam)") : "";
  return (
    beam +
    path("M-86 6C-70-30-40-34-10-32C30-40 66-24 92 6Z", shade("stone", 0.4)) +
    path("M-36-20L-22-262H22L36-20Q0-8-36-20Z", light("cream", 0.2)) +
    path("M-33-74L-29-136H29L33-74Q0-64-33-74ZM-26-190L-23-240H23L26-190Q0-182-26-190Z", tint("red")) +
    path("M-36-20L-22-262H-6L-12-14Z", shade("ink", 0), 'opacity=".22"') +
    rect(-29, -268, 58, 9, shade("ink", 0)) +
    rect(-16, -304, 32, 36, mood.glow) +
    line("M-16-304v36M0-304v36M16-304v36", shade("ink", 0), 3.4) +
    path("M-24-302Q0-344 24-302Z", shade("red", 0.2)) +
    (mood.dark ? pen.glow(0, -288, 84) : "") +
    path("M-9-16v-26q9-12 18 0v26Z", shade("bark", 0.4)) +
    rect(-5, -172, 10, 16, windowColour(pen))
  );
}

/** @param {Pen} pen */
function windmill(pen) {
  const { tint, shade, light, dice } = pen;
  const turn = dice.int(8, 50);
  let sails = "";
  for (const angle of [0, 90, 180, 270])
    sails += `<g transform="rotate(${angle + turn})">${path("M6-12L30-14L28-132L6-128Z", light("cream", 0.1), 'opacity=".9"')}${line("M4 0V-134M6-40h23M6-70h23M6-100h22", shade("wood", 0.2), 4)}</g>`;
  return (
    path("M-52 0L-34-164H34L54 0Z", tint("cream")) +
    path("M-52 0L-34-164H-10L-18 0Z", shade("cream", 0.28)) +
    path("M-40-160Q0-226 40-160Z", tint("rust")) +
    path("M-13 0v-38q13-16 26 0v38Z", shade("wood", 0.3)) +
    rect(-8, -110, 17, 22, windowColour(pen)) +
    `<g transform="translate(4 -172)">${sails}${circle(0, 0, 7, shade("bark", 0.3))}</g>`
  );
}

/** @param {Pen} pen */
function city(pen) {
  const { tint, shade, dice } = pen;
  let blocks = "";
  for (let x = -260; x < 240; ) {
    const [width, height] = [dice.int(44, 84), dice.int(120, 360) * (1 - Math.abs(x) / 620)];
    const wall = dice.pick(/** @type {const} */ (["slate", "stone", "clay", "blue"]));
    blocks +=
      rect(x, -height, width, height, shade(wall, 0.22)) + rect(x, -height, width * 0.3, height, shade(wall, 0.4));
    let windows = "";
    for (let y = -height + 16; y < -30; y += 30)
      for (let at = 14; at < width - 12; at += 20) if (dice.chance(0.5)) windows += `M${n(x + at)} ${n(y)}v10`;
    blocks += line(windows, windowColour(pen), 6);
    x += width + dice.int(-8, 12);
  }
  return blocks + line("M-40-330v-50", tint("ink"), 4);
}

/** A row of gabled houses. @param {Pen} pen @param {number} [count] */
export function houses(pen, count = 6) {
  const { tint, shade, dice, mood } = pen;
  let row = "";
  for (let i = 0, x = -count * 44; i < count; i += 1) {
    const [width, height, gable] = [dice.int(70, 100), dice.int(96, 176), dice.int(44, 84)];
    const wall = dice.pick(/** @type {const} */ (["cream", "clay", "ochre", "rose", "stone", "slate"]));
    const roof = dice.pick(/** @type {const} */ (["rust", "bark", "slate"]));
    row +=
      rect(x, -height, width, height, tint(wall)) +
      rect(x, -height, 16, height, shade(wall, 0.24)) +
      path(
        `M${n(x - 6)} ${n(-height + 3)}L${n(x + width / 2)} ${n(-height - gable)}L${n(x + width + 6)} ${n(-height + 3)}Z`,
        mood.snowy ? tint("white") : tint(roof),
      ) +
      path(
        `M${n(x - 6)} ${n(-height + 3)}L${n(x + width / 2)} ${n(-height - gable)}v${n(gable + 3)}Z`,
        shade(roof, 0.35),
      );
    if (dice.chance(0.5)) row += rect(x + width * 0.68, -height - gable * 0.95, 12, gable * 0.6, shade("bark", 0.2));
    for (const [dx, dy] of [
      [0.22, 0.24],
      [0.6, 0.24],
      [0.22, 0.62],
      [0.6, 0.62],
    ]) {
      const lit = dice.chance(0.6);
      row += rect(x + width * dx, -height + height * dy, 15, 21, lit ? windowColour(pen) : shade(wall, 0.5), 'rx="2"');
      if (lit && mood.dark && pen.depth > 0.5) row += pen.glow(x + width * dx + 8, -height + height * dy + 10, 26);
    }
    x += width - 3;
  }
  return row;
}

/** @param {Pen} pen */
function bridge({ tint, shade, light }) {
  return (
    path(
      "M-210 10V-38Q0-128 210-38V10H168Q150-46 100-52Q52-48 44 10H-44Q-52-48-100-52Q-150-46-168 10Z",
      tint("stone"),
    ) +
    path("M-210-38Q0-128 210-38V-52Q0-142-210-52Z", light("stone", 0.15)) +
    path("M168 10Q150-46 100-52Q132-40 150 10ZM-44 10Q-52-48-100-52Q-68-40-62 10Z", shade("stone", 0.4)) +
    line("M-140-52h22M-30-90h24M60-84h22M130-50h20M-70-72h18", shade("stone", 0.3), 4, 'opacity=".7"')
  );
}

/** @param {Pen} pen */
function well({ tint, shade, light }) {
  return (
    ellipse(0, 0, 62, 8, shade("ink", 0), 'opacity=".25"') +
    line("M-40-40V-124M40-40V-124", shade("wood", 0.2), 9) +
    path("M-68-112L0-168L68-112L56-106H-56Z", tint("rust")) +
    path("M-68-112L0-168L-6-106H-56Z", shade("rust", 0.3)) +
    line("M-42-92H42", shade("bark", 0.2), 6) +
    line("M6-92V-66", tint("cream"), 2.4) +
    path("M-4-66h20l-3 22h-14Z", tint("wood")) +
    path("M-52-50Q0-36 52-50L48 0Q0 10-48 0Z", tint("stone")) +
    ellipse(0, -50, 52, 10, shade("stone", 0.5)) +
    path("M-52-50Q-40-44-26-42L-24 4Q-40 4-48 0Z", shade("stone", 0.3)) +
    line("M-16-26h18M10-12h20M14-32h16", light("stone", 0.2), 3.4)
  );
}

/** @param {Pen} pen */
function fence({ shade, light }) {
  let posts = "";
  for (let x = -150; x <= 150; x += 38) posts += `M${x} 4V${-44 - ((x * 7) % 9)}`;
  return line("M-160-34Q0-28 160-36M-160-16Q0-12 160-18", light("wood", 0.1), 5) + line(posts, shade("wood", 0.15), 8);
}

/** A door that stands in a wall of its own. @param {Pen} pen */
function gate(pen) {
  const { tint, shade, light, mood } = pen;
  return (
    path("M-96 4V-118Q-92-128-60-126V4ZM96 4V-112Q90-130 60-126V4Z", tint("stone")) +
    path("M-74 4V-130Q0-226 74-130V4H54V-124Q0-196-54-124V4Z", shade("stone", 0.15)) +
    path("M-54 4V-124Q0-196 54-124V4Z", shade("wood", 0.1)) +
    path("M8 4V-158Q40-146 54-124V4Z", mood.glow, `opacity="${mood.dark ? ".9" : ".35"}"`) +
    (mood.dark ? pen.glow(30, -70, 120) : "") +
    line("M-34 0V-146M-14 0V-156", shade("bark", 0.3), 3) +
    circle(-4, -66, 4, tint("ochre")) +
    line("M-88-40h16M72-76h16M-86-92h14", light("stone", 0.2), 4)
  );
}

/** @type {Record<string, Motif>} */
export const BUILDINGS = {
  cottage: { layer: "mid", width: 270, draw: cottage },
  castle: { layer: "mid", width: 340, draw: castle },
  tower: { layer: "mid", width: 120, draw: tower },
  church: { layer: "mid", width: 220, draw: church },
  lighthouse: { layer: "mid", width: 200, draw: lighthouse },
  windmill: { layer: "mid", width: 280, draw: windmill },
  city: { layer: "far", width: 560, draw: city },
  bridge: { layer: "mid", width: 440, draw: bridge },
  well: { layer: "near", width: 150, draw: well },
  fence: { layer: "near", width: 320, draw: fence },
  gate: { layer: "near", width: 210, draw: gate },
};
