/** @typedef {import('@sluicegate/fault-server/random').Random} Random */
/** @typedef {readonly [x: number, y: number]} Point */

/**
 * Whole units are enough on a canvas of 1280 and keep a picture small; fine work asks for tenths.
 * @param {number} value
 */
export const n = (value) => String(Math.abs(value) < 40 ? Math.round(value * 10) / 10 : Math.round(value));

/** @param {string} d @param {string} fill @param {string} [more] */
export const path = (d, fill, more = "") => `<path d="${d}" fill="${fill}"${more && ` ${more}`}/>`;

/** @param {string} d @param {string} stroke @param {number} width @param {string} [more] */
export const line = (d, stroke, width, more = "") =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round"${more && ` ${more}`}/>`;

/** @param {number} x @param {number} y @param {number} r @param {string} fill @param {string} [more] */
export const circle = (x, y, r, fill, more = "") =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}"${more && ` ${more}`}/>`;

/**
 * @param {number} x
 * @param {number} y
 * @param {number} rx
 * @param {number} ry
 * @param {string} fill
 * @param {string} [more]
 */
export const ellipse = (x, y, rx, ry, fill, more = "") =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"${more && ` ${more}`}/>`;

/**
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {string} fill
 * @param {string} [more]
 */
export const rect = (x, y, width, height, fill, more = "") =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}"${more && ` ${more}`}/>`;

/**
 * @param {string} content
 * @param {number} x
 * @param {number} y
 * @param {number} [scale]
 * @param {boolean} [mirrored]
 * @param {string} [more]
 */
export function place(content, x, y, scale = 1, mirrored = false, more = "") {
  const factor = Math.round(scale * 100) / 100;
  const size = mirrored ? ` scale(-${factor} ${factor})` : factor === 1 ? "" : ` scale(${factor})`;
  return `<g transform="translate(${n(x)} ${n(y)})${size}"${more && ` ${more}`}>${content}</g>`;
}

/**
 * A smooth curve through points (Catmull-Rom).
 * @param {Point[]} points
 * @param {boolean} [closed]
 */
export function through(points, closed = false) {
  const at = (/** @type {number} */ i) =>
    closed ? points[(i + points.length) % points.length] : points[Math.max(0, Math.min(points.length - 1, i))];
  let d = `M${n(points[0][0])} ${n(points[0][1])}`;
  const count = closed ? points.length : points.length - 1;
  for (let i = 0; i < count; i += 1) {
    const [a, b, c, e] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    d += `C${n(b[0] + (c[0] - a[0]) / 6)} ${n(b[1] + (c[1] - a[1]) / 6)} ${n(c[0] - (e[0] - b[0]) / 6)} ${n(c[1] - (e[1] - b[1]) / 6)} ${n(c[0])} ${n(c[1])}`;
  }
  return closed ? `${d}Z` : d;
}

/**
 * A rounded shape that nobody could have drawn with a compass.
 * @param {Random} dice @param {number} x @param {number} y @param {number} rx @param {number} ry
 * @param {number} [bumps] @param {number} [rough]
 */
export function blob(dice, x, y, rx, ry, bumps = 9, rough = 0.14) {
  /** @type {Point[]} */
  const points = [];
  for (let i = 0; i < bumps; i += 1) {
    const angle = (i / bumps) * Math.PI * 2 + dice.between(-0.12, 0.12);
    const reach = 1 + dice.between(-rough, rough);
    points.push([x + Math.cos(angle) * rx * reach, y + Math.sin(angle) * ry * reach]);
  }
  return through(points, true);
}

/**
 * A long gentle line of the land: its height over x.
 * @param {Random} dice @param {number} base @param {number} height @param {number} [waves] how many over the width
 * @returns {(x: number) => number}
 */
export function ridge(dice, base, height, waves = 1.6) {
  const terms = [1, 2.3, 4.7].map((factor, i) => ({
    turn: (Math.PI * 2 * waves * factor * dice.between(0.8, 1.2)) / 1280,
    phase: dice.between(0, Math.PI * 2),
    share: [0.66, 0.25, 0.09][i],
  }));
  return (x) =>
    base + height * terms.reduce((sum, { turn, phase, share }) => sum + Math.sin(x * turn + phase) * share, 0);
}

/**
 * The land below a line, down to the frame.
 * @param {(x: number) => number} height @param {number} [step] @param {number} [bottom]
 */
export function below(height, step = 80, bottom = 740) {
  /** @type {Point[]} */
  const points = [];
  for (let x = -40; x <= 1320; x += step) points.push([x, height(x)]);
  return `${through(points)}V${bottom}H-40Z`;
}
