import { circle, ellipse, line, path, rect } from "../brush.mjs";
import { sameThroughout } from "../pen.mjs";

/** @typedef {import('../pen.mjs').Pen} Pen */
/** @typedef {import('../pen.mjs').Motif} Motif */
/** @typedef {keyof typeof import('../mood.mjs').PIGMENTS} Pigment */

/**
 * @typedef {object} Dress
 * @property {number} height
 * @property {readonly Pigment[]} coats
 * @property {Pigment} hair
 * @property {boolean} [skirt]
 * @property {"long" | "short" | "bun" | "braid"} [cut]
 * @property {"hood" | "cap" | "brim" | "crown" | "helmet"} [hat]
 * @property {boolean} [scarf]
 * @property {boolean} [beard]
 * @property {boolean} [cloak]
 * @property {"staff" | "sword"} [hold]
 */

/**
 * A standing person seen from the side, looking right, in a coat that says most of it.
 * @param {Dress} dress
 * @returns {(pen: Pen) => string}
 */
function figure(dress) {
  return (pen) => {
    const { tint, shade, light } = pen;
    const coat = sameThroughout(pen, dress.coats);
    const [hem, flare] = dress.skirt ? [-26, 33] : [-36, 24];
    const parts = [ellipse(4, 0, 40, 6, tint("ink"), 'opacity=".28"')];
    parts.push(line(`M-8 ${hem - 4}L-9 -3h9M9 ${hem - 4}L10 -3h9`, shade("bark", 0.45), 8));
    if (dress.cloak) parts.push(path(`M-10 -104C-34 -84-42 -40-46 -6C-26 -2 6-4 20-10L12-104Z`, shade("plum", 0.2)));
    // The arm behind the coat, then the coat with its shadow side.
    parts.push(line("M10-92Q24-76 26-58", shade(coat, 0.35), 11));
    parts.push(
      path(
        `M-11-106C-22-92-26-60-${flare} ${hem}Q0 ${hem + 9} ${flare} ${hem}C24-60 22-92 11-106Q0-112-11-106Z`,
        tint(coat),
      ),
    );
    parts.push(
      path(
        `M-11-106C-22-92-26-60-${flare} ${hem}Q-${flare - 10} ${hem + 5}-${flare - 16} ${hem + 4}C-12-60-8-84-4-109Z`,
        shade(coat, 0.28),
      ),
    );
    const raised = pen.has("lamp") && !dress.hold;
    parts.push(
      raised ? line("M4-94Q16-84 32-88", light(coat, 0.1), 11) : line("M2-94Q-2-74 8-58", light(coat, 0.12), 11),
    );
    parts.push(raised ? circle(35, -88, 5, tint("skin")) : circle(9, -55, 5, tint("skin")));
    parts.push(head(dress, pen, coat));
    if (raised) parts.push(heldLantern(pen));
    if (dress.hold === "staff") parts.push(line("M34 0L28-132", shade("wood", 0.2), 5));
    if (dress.hold === "sword")
      parts.push(line("M14-56L52-118", light("slate", 0.4), 5), line("M11-68L27-58", tint("ochre"), 5));
    return scaleTo(parts.join(""), dress.height);
  };
}

/** @param {Dress} dress @param {Pen} pen @param {Pigment} coat */
function head(dress, pen, coat) {
  const { tint, shade, light } = pen;
  const hair = shade(dress.hair, 0.1);
  const parts = [];
  if (dress.cut === "long") parts.push(path("M2-146C-24-148-27-118-24-92Q-14-88-4-94L6-120Z", hair));
  parts.push(circle(2, -124, 18, tint("skin")));
  parts.push(path("M2-143C-20-145-24-120-16-108C-11-112-8-120-6-128C4-126 14-129 19-132C16-140 10-143 2-143Z", hair));
  if (dress.cut === "bun") parts.push(circle(-16, -138, 9, hair));
  if (dress.cut === "braid") parts.push(line("M-14-120Q-26-104-20-86", hair, 8), circle(-20, -84, 4, tint("red")));
  parts.push(circle(12, -123, 1.9, tint("ink")), circle(9, -116, 3.6, tint("rose"), 'opacity=".55"'));
  if (dress.beard)
    parts.push(path("M19-118C18-100 10-92 4-92C-4-96-6-108-5-116C2-110 12-110 19-118Z", light("stone", 0.35)));
  if (dress.scarf)
    parts.push(
      path("M-14-110Q0-100 16-109L15-100Q0-91-14-101Z", tint("red")),
      path("M-12-104Q-24-92-34-94L-32-82Q-18-82-8-98Z", shade("red", 0.18)),
    );
  if (dress.hat === "hood")
    parts.push(
      path(
        "M4-150C-26-150-32-112-14-100C-8-106-8-128 4-134C12-136 18-138 18-142C14-147 10-150 4-150Z",
        shade(coat, 0.1),
      ),
    );
  if (dress.hat === "cap")
    parts.push(path("M-18-130C-18-148 18-152 21-132L32-129Q26-125 18-128Q0-132-18-130Z", shade("slate", 0.35)));
  if (dress.hat === "brim")
    parts.push(
      path("M-14-134C-12-156 14-158 18-135Z", shade("bark", 0.2)),
      ellipse(2, -134, 30, 5, shade("bark", 0.35)),
    );
  if (dress.hat === "crown")
    parts.push(
      path("M-16-136L-18-156L-8-147L1-160L9-147L20-156L19-136Q2-131-16-136Z", tint("ochre")),
      circle(1, -142, 2.6, tint("red")),
    );
  if (dress.hat === "helmet")
    parts.push(
      path("M-18-116C-22-148 22-152 21-124L6-126L2-108L-10-104Z", light("slate", 0.25)),
      path("M0-144Q-18-166-34-150Q-20-148-10-138Z", tint("red")),
    );
  return parts.join("");
}

/** @param {Pen} pen */
function heldLantern({ tint, shade, glow, mood }) {
  return (
    glow(38, -62, mood.dark ? 118 : 50) +
    line("M36-86V-76", shade("ink", 0), 2.4) +
    rect(29, -76, 17, 24, mood.glow, 'rx="3"') +
    line("M29-76h17M29-52h17M29-76v24M46-76v24", tint("ink"), 3) +
    path("M28-77L37-86L47-77Z", tint("ink"))
  );
}

/** @param {string} content @param {number} height */
const scaleTo = (content, height) => `<g transform="scale(${Math.round((height / 150) * 100) / 100})">${content}</g>`;

/** @param {Dress} dress @returns {Motif} */
const person = (dress) => ({ layer: "near", width: dress.height * 0.62, draw: figure(dress) });

/** @type {Record<string, Motif>} */
export const FIGURES = {
  girl: person({ height: 142, coats: ["red", "ochre", "rust"], hair: "bark", skirt: true, cut: "braid", scarf: false }),
  boy: person({ height: 138, coats: ["ochre", "blue", "moss"], hair: "wood", cut: "short", scarf: true, hat: "cap" }),
  woman: person({ height: 184, coats: ["plum", "rust", "slate"], hair: "bark", skirt: true, cut: "bun", scarf: true }),
  man: person({ height: 192, coats: ["slate", "pine", "wood"], hair: "ink", hat: "brim", beard: false, scarf: true }),
  elder: person({
    height: 178,
    coats: ["slate", "plum", "wood"],
    hair: "stone",
    hat: "hood",
    beard: true,
    hold: "staff",
  }),
  king: person({
    height: 194,
    coats: ["plum", "rust", "red"],
    hair: "bark",
    hat: "crown",
    beard: true,
    cloak: true,
    skirt: true,
  }),
  queen: person({ height: 186, coats: ["blue", "plum", "pine"], hair: "wood", hat: "crown", cut: "long", skirt: true }),
  knight: person({ height: 190, coats: ["slate", "stone"], hair: "bark", hat: "helmet", cloak: true, hold: "sword" }),
};
