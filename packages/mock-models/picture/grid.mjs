import { renderPicture } from "./picture.mjs";

/**
 * Whole pixels also when a side is split in two or in three.
 * @type {Readonly<Record<string, readonly [width: number, height: number]>>}
 */
export const SIZES = Object.freeze({ "16:9": [960, 540], "1:1": [720, 720], "9:16": [540, 960] });

const MOST_A_SIDE = 4;

/**
 * One picture of many panels, as a model paints it whose prompt speaks of "a 2x2 grid" and of "Panel 1: …". A prompt
 * without a grid is one panel.
 * @param {string} prompt
 * @param {string} aspectRatio one of SIZES
 * @returns {string} an SVG file
 */
export function renderGrid(prompt, aspectRatio) {
  const [width, height] = SIZES[aspectRatio];
  const [columns, rows] = sidesOf(prompt);
  const [w, h] = [width / columns, height / rows];
  const panels = Array.from({ length: columns * rows }, (_, i) => {
    const svg = apart(renderPicture(panelText(prompt, i), i), `panel${i + 1}-`);
    const place = `x="${(i % columns) * w}" y="${Math.floor(i / columns) * h}" width="${w}" height="${h}" preserveAspectRatio="xMidYMid slice"`;
    return svg.replace(/ width="1280" height="720">/, ` ${place}>`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${panels.join("")}</svg>`;
}

/** @param {string} prompt @returns {[columns: number, rows: number]} */
function sidesOf(prompt) {
  const [, columns, rows] = /\b(\d)\s*[x×]\s*(\d)\s+grid\b/i.exec(prompt) ?? [];
  const side = (/** @type {string | undefined} */ text) => Math.min(MOST_A_SIDE, Math.max(1, Number(text ?? 1)));
  return [side(columns), side(rows)];
}

/** Returns the text of one panel, followed by the manner of all of them. @param {string} prompt @param {number} i */
function panelText(prompt, i) {
  const text =
    new RegExp(`^\\s*Panel\\s+${i + 1}\\s*:\\s*(.+)$`, "im").exec(prompt)?.[1] ?? prompt.replace(/\s+/g, " ");
  const style = /^\s*Style\s*:\s*(.+)$/im.exec(prompt)?.[1];
  return style ? `${text} · ${style}` : text;
}

/**
 * Names of its own for what a picture refers to: panels in one file share one space of names.
 * @param {string} svg
 * @param {string} prefix
 */
function apart(svg, prefix) {
  return svg
    .replace(/\bid="/g, `id="${prefix}`)
    .replace(/url\(#/g, `url(#${prefix}`)
    .replace(/\bhref="#/g, `href="#${prefix}`);
}
