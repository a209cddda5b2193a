import { blob, circle, ellipse, line, n, path } from "../brush.mjs";

/** @typedef {import('../pen.mjs').Pen} Pen */
/** @typedef {import('../pen.mjs').Motif} Motif */

/** A fir in tiers, snow on its shoulders in winter. @param {Pen} pen @param {number} [height] */
export function pine(pen, height = 230) {
  const { dice, shade, light, mood } = pen;
  const tiers = 4;
  let body = "";
  let lit = "";
  for (let i = 0; i < tiers; i += 1) {
    const top = -height + (i * height * 0.78) / tiers;
    const bottom = -height + ((i + 1.35) * height * 0.86) / tiers;
    const half = height * 0.085 * (i + 1.25) * dice.between(0.92, 1.08);
    body += `M0 ${n(top)}Q${n(-half * 0.35)} ${n((top + bottom) / 2)} ${n(-half)} ${n(bottom)}Q${n(-half * 0.4)} ${n(bottom - 5)} 0 ${n(bottom + 5)}Q${n(half * 0.4)} ${n(bottom - 5)} ${n(half)} ${n(bottom)}Q${n(half * 0.35)} ${n((top + bottom) / 2)} 0 ${n(top)}Z`;
    lit += `M0 ${n(top)}Q${n(half * 0.35)} ${n((top + bottom) / 2)} ${n(half)} ${n(bottom)}Q${n(half * 0.6)} ${n(bottom - 7)} ${n(half * 0.3)} ${n(bottom - 3)}Q${n(half * 0.22)} ${n((top + bottom) / 2)} 0 ${n(top)}Z`;
  }
  return (
    line(`M0 0V${n(-height * 0.2)}`, shade("bark", 0.3), height * 0.045) +
    path(body, shade("pine", 0.18)) +
    path(lit, mood.snowy ? light("white", 0) : light("pine", 0.14), mood.snowy ? 'opacity=".8"' : "")
  );
}

/** A broad crown of a few masses of leaves. @param {Pen} pen @param {number} [height] */
export function broadleaf(pen, height = 260) {
  const { dice, tint, shade, light, mood, has } = pen;
  if (mood.snowy) return bare(pen, height);
  const leaf =
    has("leaf") || mood.autumn
      ? dice.pick(/** @type {const} */ (["ochre", "rust", "clay"]))
      : dice.pick(/** @type {const} */ (["moss", "moss", "pine"]));
  const [wide, high] = [height * 0.36, height * 0.3];
  const middle = -height * 0.66;
  return (
    path(
      `M-9 0C-4${n(-height * 0.2)}-6${n(-height * 0.34)}-16 ${n(-height * 0.5)}L-6 ${n(-height * 0.46)}L0 ${n(-height * 0.56)}L6 ${n(-height * 0.44)}L20 ${n(-height * 0.52)}C8 ${n(-height * 0.34)} 6 ${n(-height * 0.2)} 11 0Z`,
      shade("bark", 0.2),
    ) +
    path(blob(dice, 0, middle, wide, high, 13, 0.09), shade(leaf, 0.3)) +
    path(blob(dice, -wide * 0.34, middle - high * 0.16, wide * 0.5, high * 0.5, 9, 0.12), shade(leaf, 0.14)) +
    path(blob(dice, wide * 0.3, middle - high * 0.34, wide * 0.56, high * 0.52, 9, 0.12), tint(leaf)) +
    path(blob(dice, -wide * 0.06, middle - high * 0.6, wide * 0.44, high * 0.34, 9, 0.14), tint(leaf)) +
    path(
      blob(dice, wide * 0.42, middle - high * 0.5, wide * 0.26, high * 0.22, 8, 0.16),
      light(leaf, mood.dark ? 0.07 : 0.14),
    ) +
    leafStrokes(pen, wide, high, middle) +
    (has("apple") ? fruit(pen, wide, high, middle) : "")
  );
}

/** @param {Pen} pen @param {number} wide @param {number} high @param {number} middle */
function leafStrokes({ dice, light, depth, mood }, wide, high, middle) {
  if (depth < 0.6) return "";
  let d = "";
  for (let i = 0; i < 26; i += 1) {
    const angle = dice.between(0, 6.28);
    const reach = Math.sqrt(dice.next()) * 0.86;
    d += `M${n(Math.cos(angle) * wide * reach)} ${n(middle + Math.sin(angle) * high * reach)}q4-5 9-2`;
  }
  return line(d, light("moss", mood.dark ? 0.18 : 0.4), 2.6, 'opacity=".5"');
}

/** @param {Pen} pen @param {number} wide @param {number} high @param {number} middle */
function fruit({ dice, tint, light }, wide, high, middle) {
  let apples = "";
  for (let i = 0; i < 13; i += 1) {
    const angle = dice.between(0, 6.28);
    const reach = Math.sqrt(dice.next()) * 0.8;
    const [x, y] = [Math.cos(angle) * wide * reach, middle + Math.sin(angle) * high * reach];
    apples += circle(x, y, 7, tint("red")) + circle(x + 2, y - 2, 2, light("rose", 0.4));
  }
  return apples;
}

/** Branches only. @param {Pen} pen @param {number} [height] */
export function bare(pen, height = 250) {
  const { dice, shade } = pen;
  const levels = ["", "", ""];
  const grow = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {number} */ length,
    /** @type {number} */ angle,
    /** @type {number} */ level,
  ) => {
    const [endX, endY] = [x + Math.cos(angle) * length, y + Math.sin(angle) * length];
    const bend = dice.between(-0.16, 0.16) * length;
    levels[Math.min(2, level)] +=
      `M${n(x)} ${n(y)}Q${n((x + endX) / 2 + bend)} ${n((y + endY) / 2)} ${n(endX)} ${n(endY)}`;
    if (level === 3) return;
    for (const turn of level === 0 ? [-0.6, -0.15, 0.45] : [-0.42, 0.4])
      grow(endX, endY, length * dice.between(0.6, 0.74), angle + turn + dice.between(-0.14, 0.14), level + 1);
  };
  grow(0, 0, height * 0.36, -Math.PI / 2 + dice.between(-0.1, 0.1), 0);
  return levels.map((d, i) => line(d, shade("bark", 0.35), height * [0.055, 0.026, 0.011][i])).join("");
}

/** @param {Pen} pen */
function flowers(pen) {
  const { dice, tint, shade } = pen;
  const petal = dice.pick(/** @type {const} */ (["red", "ochre", "rose", "plum", "cream"]));
  let parts = "";
  for (let i = 0; i < 9; i += 1) {
    const [x, height, lean] = [-80 + i * 20 + dice.between(-8, 8), dice.between(38, 84), dice.between(-10, 10)];
    parts += line(`M${n(x)} 2Q${n(x)} ${n(-height * 0.5)} ${n(x + lean)} ${n(-height)}`, shade("moss", 0.25), 3);
    parts += path(`M${n(x)} ${n(-height * 0.3)}q12-16 20-14q-4 14-20 14Z`, tint("moss"));
    const size = dice.between(7, 12);
    for (let leaf = 0; leaf < 5; leaf += 1)
      parts += circle(
        x + lean + Math.cos(leaf * 1.257) * size * 0.7,
        -height + Math.sin(leaf * 1.257) * size * 0.7,
        size * 0.58,
        tint(petal),
      );
    parts += circle(x + lean, -height, size * 0.42, petal === "ochre" ? shade("wood", 0) : tint("ochre"));
  }
  return parts;
}

/** @param {Pen} pen */
function mushrooms({ tint, shade, light }) {
  const one = (/** @type {number} */ x, /** @type {number} */ size) =>
    path(
      `M${x - size * 0.2} 0Q${x - size * 0.1} ${-size * 0.5} ${x - size * 0.16} ${-size * 0.8}h${size * 0.32}Q${x + size * 0.1} ${-size * 0.5} ${x + size * 0.22} 0Z`,
      light("cream", 0.1),
    ) +
    path(
      `M${x - size * 0.6} ${-size * 0.7}C${x - size * 0.5} ${-size * 1.4} ${x + size * 0.5} ${-size * 1.4} ${x + size * 0.6} ${-size * 0.7}Q${x} ${-size * 0.56} ${x - size * 0.6} ${-size * 0.7}Z`,
      tint("red"),
    ) +
    circle(x - size * 0.2, -size * 0.98, size * 0.09, tint("cream")) +
    circle(x + size * 0.22, -size * 0.9, size * 0.07, tint("cream"));
  return ellipse(0, 0, 54, 5, shade("ink", 0), 'opacity=".25"') + one(0, 50) + one(36, 30) + one(-32, 24);
}

/** @param {Pen} pen */
function reeds({ dice, shade, tint }) {
  let blades = "";
  let heads = "";
  for (let i = 0; i < 11; i += 1) {
    const [x, height, lean] = [-60 + i * 12 + dice.between(-5, 5), dice.between(70, 150), dice.between(-14, 18)];
    blades += `M${n(x)} 4Q${n(x)} ${n(-height / 2)} ${n(x + lean)} ${n(-height)}`;
    if (i % 3 === 1) heads += `M${n(x + lean)} ${n(-height)}l${n(lean * 0.1)}-22`;
  }
  return line(blades, shade("moss", 0.3), 3.4) + line(heads, tint("bark"), 9);
}

/** @type {Record<string, Motif>} */
export const PLANTS = {
  tree: { layer: "near", width: 200, draw: (pen) => broadleaf(pen, pen.dice.between(290, 340)) },
  pine: { layer: "near", width: 140, draw: (pen) => pine(pen, pen.dice.between(270, 330)) },
  apple: { layer: "near", width: 200, draw: (pen) => broadleaf(pen, 280) },
  flower: { layer: "near", width: 170, draw: flowers },
  mushroom: { layer: "near", width: 100, draw: mushrooms },
  reed: { layer: "near", width: 120, draw: reeds },
};
