import { createRandom } from "@sluicegate/fault-server/random";

/** @typedef {import('@sluicegate/fault-server/random').Random} Random */
/** @typedef {{png: Buffer, width: number, height: number, prompt: string, seconds: number}} Video */

/**
 * The motions of a prompt, by its words.
 * @type {readonly [words: RegExp, draw: (dice: Random, w: number, h: number) => string][]}
 */
const MOTIONS = [
  [
    /\b(?:steam|smoke|fog|mist|breath)/i,
    (dice, w, h) =>
      many(12, () =>
        speck(dice, {
          x: dice.between(0.2, 0.8) * w,
          y: dice.between(0.55, 0.9) * h,
          r: h * 0.04,
          fill: "#fff",
          opacity: 0.3,
          move: "rise",
          seconds: [3, 5],
        }),
      ),
  ],
  [
    /\b(?:leaf|leaves|petal|blossom)/i,
    (dice, w, h) =>
      many(16, () =>
        speck(dice, {
          x: dice.between(0, 1) * w,
          y: -0.05 * h,
          r: h * 0.014,
          fill: dice.pick(["#d98b2b", "#b4552d", "#e0b040"]),
          opacity: 0.95,
          move: "fall",
          seconds: [3, 6],
        }),
      ),
  ],
  [
    /\b(?:snow|flour|ash|dust)/i,
    (dice, w, h) =>
      many(30, () =>
        speck(dice, {
          x: dice.between(0, 1) * w,
          y: -0.05 * h,
          r: h * 0.008,
          fill: "#fff",
          opacity: 0.9,
          move: "fall",
          seconds: [3, 7],
        }),
      ),
  ],
  [
    /\b(?:rain|storm|drizzle)/i,
    (dice, w, h) =>
      many(40, () =>
        speck(dice, {
          x: dice.between(0, 1) * w,
          y: -0.05 * h,
          r: h * 0.005,
          fill: "#cfe0ee",
          opacity: 0.8,
          move: "fall",
          seconds: [0.6, 1.1],
        }),
      ),
  ],
  [
    /\b(?:star|twinkl|firefl|lantern|sparkl)/i,
    (dice, w, h) =>
      many(26, () =>
        speck(dice, {
          x: dice.between(0, 1) * w,
          y: dice.between(0, 0.5) * h,
          r: h * 0.007,
          fill: "#fff6d0",
          opacity: 1,
          move: "twinkle",
          seconds: [1, 2.5],
        }),
      ),
  ],
  [
    /\b(?:warm|fire|candle|glow|light|lamp|sun)/i,
    (_dice, w, h) =>
      `<rect width="${w}" height="${h}" fill="#ffb347" style="mix-blend-mode:soft-light;animation:glow 2.4s ease-in-out infinite alternate"/>`,
  ],
];

/**
 * The video of an image: the image itself, with a camera that moves, and what its prompt speaks of moving over it.
 * @param {Video} video
 * @returns {string} an SVG file
 */
export function renderVideo({ png, width: w, height: h, prompt, seconds }) {
  const dice = createRandom(`video/${prompt}`);
  const shift = () => (dice.between(1.5, 3) * dice.pick([-1, 1])).toFixed(2);
  const moving = MOTIONS.filter(([words]) => words.test(prompt)).map(([, draw]) => draw(dice, w, h));
  const style =
    `.camera{transform-origin:50% 50%;animation:camera ${seconds}s ease-in-out infinite alternate}` +
    `@keyframes camera{from{transform:scale(1.02)}to{transform:scale(1.16) translate(${shift()}%,${shift()}%)}}` +
    `@keyframes rise{from{transform:none}50%{opacity:.35}to{transform:translate(${shift()}%,-${h * 0.4}px) scale(2);opacity:0}}` +
    `@keyframes fall{to{transform:translate(${w * 0.08}px,${h * 1.1}px)}}` +
    "@keyframes twinkle{from{opacity:.1}}@keyframes glow{from{opacity:.05}to{opacity:.5}}" +
    "@media (prefers-reduced-motion:reduce){*{animation:none!important}}";
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}"><title>${escapeXml(prompt)}</title><style>${style}</style>` +
    `<image class="camera" width="${w}" height="${h}" href="data:image/png;base64,${png.toString("base64")}"/>${moving.join("")}</svg>`
  );
}

/**
 * @typedef {{x: number, y: number, r: number, fill: string, opacity: number, move: string, seconds: [number, number]}}
 * Speck
 * @param {Random} dice @param {Speck} speck
 */
function speck(dice, { x, y, r, fill, opacity, move, seconds }) {
  const took = dice.between(...seconds);
  const animation = `${move} ${took.toFixed(2)}s ${move === "twinkle" ? "ease-in-out infinite alternate" : "linear infinite"} -${(dice.next() * took).toFixed(2)}s`;
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${(r * dice.between(0.6, 1.3)).toFixed(1)}" fill="${fill}" opacity="${opacity}" style="animation:${animation};transform-box:fill-box;transform-origin:center"/>`;
}

/** @param {number} count @param {() => string} draw */
const many = (count, draw) => Array.from({ length: count }, draw).join("");

/** @param {string} text */
const escapeXml = (text) => text.replace(/[<>&]/g, (c) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" })[c] ?? "");
