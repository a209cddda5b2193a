import { circle, ellipse, line, n, path, rect } from "../brush.mjs";
import { windowColour } from "../pen.mjs";

/** @typedef {import('../pen.mjs').Pen} Pen */
/** @typedef {import('../pen.mjs').Motif} Motif */

/** The ripple a hull makes. @param {Pen} pen @param {number} half */
const ripple = (pen, half) =>
  line(
    `M${n(-half * 1.2)} 6Q${n(-half * 0.6)} 0 0 7T${n(half * 1.2)} 5M${n(-half * 0.8)} 18Q0 12 ${n(half * 0.9)} 18`,
    pen.light("white", 0.1),
    3.4,
    'opacity=".6"',
  );

/** @param {Pen} pen */
function boat(pen) {
  const { tint, shade, light } = pen;
  return (
    path("M-70 8Q-60 30 0 30Q60 30 76 6Z", shade("ink", 0), 'opacity=".22"') +
    line("M-10-26L-84 14M22-26L96 12", shade("wood", 0), 4.4) +
    path("M-96-32Q-72-22-40-22H48Q84-24 104-40Q98-4 70 8Q0 16-70 8Q-90-6-96-32Z", tint("rust")) +
    path("M-96-32Q-72-22-40-22H48Q84-24 104-40L102-30Q80-14 44-12H-40Q-76-14-95-24Z", light("cream", 0.1)) +
    path("M-92-14Q-86-2-70 8Q0 16 70 8Q80 2 88-8Q0 10-92-14Z", shade("rust", 0.35)) +
    ripple(pen, 100)
  );
}

/** @param {Pen} pen */
function sailboat(pen) {
  const { tint, shade, light, dice } = pen;
  const sail = dice.pick(/** @type {const} */ (["cream", "rust", "ochre", "cream"]));
  return (
    path("M-50 10Q0 70 40 10Z", light(sail, 0), 'opacity=".25"') +
    line("M2-16V-196", shade("wood", 0.25), 5) +
    path("M10-190C44-150 68-86 74-34Q40-26 8-32Z", tint(sail)) +
    path("M10-190C22-140 24-80 20-30L8-32Z", shade(sail, 0.22)) +
    path("M-6-176C-30-130-52-84-62-36Q-30-30-6-34Z", light(sail, 0.25)) +
    path("M-86-26Q0-14 98-30Q88 4 62 8Q0 14-60 8Q-80-2-86-26Z", shade("wood", 0.1)) +
    path("M-86-26Q0-14 98-30L95-20Q0-4-83-16Z", light("clay", 0.2)) +
    path("M2-198q16 2 26 10q-14 4-26 4Z", tint("red")) +
    ripple(pen, 92)
  );
}

/** @param {Pen} pen */
function ship(pen) {
  const { tint, shade, light } = pen;
  const sails = [
    [-84, 60, 150],
    [0, 72, 196],
    [82, 56, 156],
  ].map(([x, half, height]) => {
    const [low, middle, top] = [-56, -56 - (height - 20) * 0.5, -56 - height + 20];
    return (
      line(`M${x}-40V${n(-70 - height)}`, shade("wood", 0.3), 6) +
      path(
        `M${x - half * 0.8} ${n(middle + 6)}H${x + half * 0.8}Q${x + half * 1.2} ${n((low + middle) / 2)} ${x + half} ${low}Q${x} ${low - 16} ${x - half} ${low}Q${x - half * 0.6} ${n((low + middle) / 2)} ${x - half * 0.8} ${n(middle + 6)}Z`,
        tint("cream"),
      ) +
      path(
        `M${x - half * 0.55} ${n(top)}H${x + half * 0.55}Q${x + half * 0.95} ${n((top + middle) / 2)} ${x + half * 0.76} ${n(middle)}Q${x} ${n(middle - 12)} ${x - half * 0.76} ${n(middle)}Q${x - half * 0.4} ${n((top + middle) / 2)} ${x - half * 0.55} ${n(top)}Z`,
        light("cream", 0.3),
      ) +
      path(`M${x} ${n(-70 - height)}q18 0 30 8q-16 6-30 6Z`, tint("red"))
    );
  });
  return (
    sails.join("") +
    line("M120-52L190-92", shade("wood", 0.2), 6) +
    path("M-150-84L-120-78L-112-52H120L146-70Q140-10 104 10Q0 20-106 10Q-146-20-150-84Z", shade("wood", 0.15)) +
    path("M-146-62Q0-26 142-54L140-42Q0-14-143-48Z", tint("ochre")) +
    path("M-138-24Q-124 2-106 10Q0 20 104 10Q118 2 126-10Q0 12-138-24Z", shade("ink", 0), 'opacity=".35"') +
    [-90, -50, -10, 30, 70].map((x) => rect(x, -30, 11, 11, windowColour(pen), 'rx="2"')).join("") +
    ripple(pen, 150)
  );
}

/** @param {Pen} pen */
function train(pen) {
  const { tint, shade, light, mood } = pen;
  const wheel = (/** @type {number} */ x, r = 15) =>
    circle(x, -r, r, shade("ink", 0)) + circle(x, -r, r * 0.42, tint("ochre"));
  const carriage = (/** @type {number} */ x, /** @type {"rust" | "pine"} */ paint) =>
    rect(x, -96, 138, 74, tint(paint), 'rx="7"') +
    rect(x - 4, -106, 146, 15, shade("slate", 0.3), 'rx="7"') +
    [14, 54, 94]
      .map((dx) => rect(x + dx, -82, 28, 28, mood.dark ? mood.glow : light("cream", 0.2), 'rx="3"'))
      .join("") +
    line(`M${x + 4}-40h130`, light("ochre", 0), 4) +
    wheel(x + 28, 12) +
    wheel(x + 110, 12);
  return (
    line("M-330 3H250", shade("ink", 0), 6) +
    line("M-330 9H250", shade("bark", 0.2), 5, 'stroke-dasharray="10 14"') +
    line("M-182-30H40", shade("ink", 0), 6) +
    carriage(-320, "pine") +
    carriage(-166, "rust") +
    path("M-6-30V-122H70V-30Z", shade("slate", 0.15)) +
    rect(-14, -132, 92, 14, shade("ink", 0.1), 'rx="4"') +
    rect(8, -108, 30, 32, mood.dark ? mood.glow : light("cream", 0.2), 'rx="3"') +
    path("M66-90H168Q184-88 186-62Q186-34 176-30H66Z", tint("slate")) +
    path("M66-52H186Q184-34 176-30H66Z", shade("slate", 0.35)) +
    path("M142-90L136-132H170L164-90Z", shade("ink", 0)) +
    path("M96-90Q106-110 118-90Z", tint("ochre")) +
    path("M178-30L206-4H170Z", shade("ink", 0.1)) +
    circle(188, -66, 8, mood.glow) +
    (mood.dark ? pen.glow(196, -64, 78) : "") +
    wheel(20, 20) +
    wheel(84, 20) +
    wheel(138, 20) +
    line("M20-20H138", light("stone", 0.2), 5) +
    line("M152-138C146-168 118-166 110-190S60-204 44-228S-30-236-60-252", light("white", 0.1), 26, 'opacity=".5"') +
    line("M150-136C148-156 130-162 122-176", light("white", 0.2), 18, 'opacity=".6"')
  );
}

/** @param {Pen} pen */
function car(pen) {
  const { tint, shade, light, dice, mood } = pen;
  const paint = dice.pick(/** @type {const} */ (["red", "blue", "moss", "ochre"]));
  return (
    ellipse(0, 2, 100, 7, shade("ink", 0), 'opacity=".3"') +
    path(
      "M-96-20C-98-44-84-50-62-52C-48-84-30-92 4-92C34-92 48-80 62-54C86-52 98-42 98-20Q96-12 84-12H-84Q-94-12-96-20Z",
      tint(paint),
    ) +
    path("M-50-52C-40-76-30-82-8-82V-52ZM2-52V-82C26-82 36-74 48-52Z", mood.dark ? mood.glow : light("cream", 0.2)) +
    path("M-96-26H98V-20Q96-12 84-12H-84Q-94-12-96-20Z", shade(paint, 0.3)) +
    [-56, 56].map((x) => circle(x, -14, 18, shade("ink", 0)) + circle(x, -14, 8, light("stone", 0.1))).join("") +
    circle(92, -38, 6, mood.glow) +
    (mood.dark ? pen.glow(102, -36, 70) : "")
  );
}

/** @param {Pen} pen */
function cart({ tint, shade, light }) {
  const wheel = (/** @type {number} */ x) =>
    circle(x, -26, 26, "none", `stroke="${shade("bark", 0.2)}" stroke-width="6"`) +
    line(`M${x - 24}-26h48M${x}-50v48M${x - 17}-43l34 34M${x + 17}-43l-34 34`, shade("bark", 0.1), 3);
  return (
    ellipse(0, 0, 92, 6, shade("ink", 0), 'opacity=".28"') +
    path("M-70-74C-64-106 54-110 64-76Z", tint("straw")) +
    line("M-50-84q20-14 40-10M0-92q24-4 40 10", light("straw", 0.3), 4) +
    path("M-86-78L-74-36H68L82-78Z", tint("wood")) +
    line("M-80-60H74", shade("wood", 0.35), 4) +
    line("M68-42L132-30", shade("wood", 0.2), 6) +
    wheel(-46) +
    wheel(44)
  );
}

/** @param {Pen} pen */
function balloon({ tint, shade, light, dice }) {
  const [one, other] = dice.pick(
    /** @type {const} */ ([
      ["red", "cream"],
      ["ochre", "rust"],
      ["blue", "cream"],
      ["plum", "ochre"],
    ]),
  );
  return (
    path("M0-60C-60-90-96-130-94-186C-92-240-50-272 0-272C50-272 92-240 94-186C96-130 60-90 0-60Z", tint(one)) +
    path(
      "M0-60C-30-100-46-140-44-190C-42-240-22-270 0-272C22-270 42-240 44-190C46-140 30-100 0-60Z",
      light(other, 0.1),
    ) +
    path("M0-60C-10-100-16-140-16-190C-16-240-8-270 0-272C8-270 16-240 16-190C16-140 10-100 0-60Z", tint(one)) +
    path("M0-60C-60-90-96-130-94-186C-92-236-56-268-10-272C-60-230-70-130 0-60Z", shade("ink", 0), 'opacity=".2"') +
    line("M-22-76L-14-30M22-76L14-30M0-60V-30", shade("bark", 0.2), 2.4) +
    path("M-18-30H18L14 0Q0 4-14 0Z", tint("wood")) +
    line("M-17-18H17", shade("wood", 0.4), 3)
  );
}

/** @param {Pen} pen */
const kite = ({ tint, shade, light }) =>
  line("M0 0C-30 50 20 90-20 150S-90 220-120 260", shade("ink", 0), 2) +
  path("M0-70L44-10L0 50L-44-10Z", tint("red")) +
  path("M0-70L44-10L0-10Z", light("ochre", 0.1)) +
  path("M0-10L-44-10L0 50Z", shade("red", 0.25)) +
  path("M-4 66l-14 8l2-16ZM-2 70l14 4l-6-14ZM-6 104l-14 6l4-16ZM0 106l14 2l-8-12Z", tint("ochre"));

/** @param {Pen} pen */
function rocket(pen) {
  const { tint, shade, light } = pen;
  return `<g transform="rotate(18)">${pen.glow(0, 20, 120)}${path("M-16-4Q-24 40 0 84Q24 40 16-4Z", pen.mood.glow)}${path("M-26-30L-56 16L-20 0ZM26-30L56 16L20 0Z", shade("red", 0.15))}${path("M0-190C40-150 44-70 26 0H-26C-44-70-40-150 0-190Z", light("cream", 0.2))}${path("M0-190C-40-150-44-70-26 0H-8C-24-70-20-150 0-190Z", shade("cream", 0.3))}${path("M0-190C20-172 30-148 33-130H-33C-30-148-20-172 0-190Z", tint("red"))}${circle(2, -92, 16, tint("ochre"))}${circle(2, -92, 11, tint("blue"))}</g>`;
}

/** @type {Record<string, Motif>} */
export const VEHICLES = {
  boat: { layer: "water", width: 230, draw: boat },
  sailboat: { layer: "water", width: 210, draw: sailboat },
  ship: { layer: "water", width: 370, draw: ship },
  train: { layer: "mid", width: 620, draw: train },
  car: { layer: "near", width: 210, draw: car },
  cart: { layer: "near", width: 230, draw: cart },
  balloon: { layer: "sky", width: 220, draw: balloon },
  kite: { layer: "sky", width: 160, draw: kite },
  rocket: { layer: "sky", width: 160, draw: rocket },
};
