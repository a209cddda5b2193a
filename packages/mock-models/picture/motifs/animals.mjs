import { circle, ellipse, line, n, path, place } from "../brush.mjs";
import { sameThroughout } from "../pen.mjs";

/** @typedef {import('../pen.mjs').Pen} Pen */
/** @typedef {import('../pen.mjs').Motif} Motif */
/** @typedef {keyof typeof import('../mood.mjs').PIGMENTS} Pigment */

/** @param {Pen} pen @param {number} rx */
const groundShadow = (pen, rx) => ellipse(0, 0, rx, 6, pen.tint("ink"), 'opacity=".28"');

/**
 * Wolf, fox and dog share a skeleton, looking right.
 * @param {{fur: Pigment, chest: Pigment, tail: "brush" | "low" | "up", ears: "sharp" | "flop", size: number}} look
 * @returns {(pen: Pen) => string}
 */
function canine({ fur, chest, tail, ears, size }) {
  return (pen) => {
    const [coat, dim] = [pen.tint(fur), pen.shade(fur, 0.35)];
    const parts = [groundShadow(pen, 66)];
    if (tail === "brush")
      parts.push(
        path("M-46-50C-66-66-98-56-118-22C-112-14-100-12-92-16C-74-20-58-26-46-36Z", coat),
        path("M-118-22C-114-32-108-40-102-46C-100-36-94-26-88-17C-100-11-112-13-118-22Z", pen.light(chest, 0.3)),
      );
    if (tail === "low") parts.push(path("M-46-54C-66-58-82-38-90-10C-82-8-74-12-70-18C-62-28-54-34-44-38Z", dim));
    if (tail === "up") parts.push(line("M-48-54C-64-62-72-78-66-90", coat, 9));
    parts.push(line("M-34-34L-30-2M46-36L48-2", dim, 9));
    parts.push(
      path(
        "M-54-46C-54-62-36-67-14-64C8-62 24-64 36-68C44-74 50-82 58-88C70-92 80-86 86-78C94-74 102-71 104-67C102-61 92-59 84-58C76-57 70-55 66-50C62-38 56-30 46-28C24-24-14-26-32-28C-46-28-54-36-54-46Z",
        coat,
      ),
    );
    parts.push(path("M-48-40C-54-26-50-16-46-12L-48 0h13L-32-14C-26-20-26-30-30-36ZM34-38L36 0h13L52-30Z", coat));
    parts.push(
      path("M86-63C78-60 72-56 66-50C62-38 58-32 52-30C46-40 52-54 66-62C74-66 82-66 86-63Z", pen.light(chest, 0.25)),
    );
    parts.push(
      ears === "sharp"
        ? path("M56-86L58-110L70-92ZM68-89L76-110L81-86Z", dim)
        : path("M60-90C48-88 48-70 54-62C62-64 66-76 66-88Z", dim),
    );
    parts.push(circle(78, -77, 2.2, pen.tint("ink")), circle(103, -67, 3, pen.tint("ink")));
    return `<g transform="scale(${size})">${parts.join("")}</g>`;
  };
}

/** @param {Pen} pen */
function cat(pen) {
  const fur = sameThroughout(pen, /** @type {Pigment[]} */ (["ink", "fur", "grey", "bark"]));
  const [coat, dim] = [pen.shade(fur, 0.1), pen.shade(fur, 0.35)];
  return (
    groundShadow(pen, 34) +
    line("M-20-8C-44-6-50-24-42-40", coat, 8) +
    path("M-26 0C-32-22-24-50-6-60C2-66 18-62 20-54C26-40 26-14 24 0Z", coat) +
    path("M-26 0C-32-22-22-44-10-54C-16-36-14-14-8 0Z", dim) +
    path("M-8-58C-10-68-8-76-6-88L4-79Q12-81 18-79L28-88C30-76 31-68 27-60C20-52-2-50-8-58Z", coat) +
    circle(7, -68, 2, pen.mood.glow) +
    circle(20, -68, 2, pen.mood.glow) +
    line("M14-62l3 0M10-2v-14M20-2v-14", dim, 2.5)
  );
}

/**
 * Horse and deer: long legs, a carried neck.
 * @param {{fur: Pigment, mane?: boolean, antlers?: boolean, size: number}} look
 * @returns {(pen: Pen) => string}
 */
function hoofed({ fur, mane, antlers, size }) {
  return (pen) => {
    const [coat, dim] = [pen.tint(fur), pen.shade(fur, 0.4)];
    const parts = [groundShadow(pen, 62)];
    parts.push(line("M-38-58L-34-30L-38-2M34-58L38-28L36-2", dim, 7.5));
    parts.push(
      mane
        ? path("M-56-84C-74-78-76-46-70-26C-62-36-58-60-50-70Z", dim)
        : path("M-54-84L-66-76L-56-68Z", pen.light(fur, 0.4)),
    );
    parts.push(
      path(
        "M-58-76C-58-92-40-94-20-92C2-90 18-92 30-96C40-104 46-124 54-138C60-146 72-144 78-136C84-128 94-120 96-114C94-107 86-106 78-110C72-112 68-112 66-110C64-92 60-74 50-62C34-52-24-54-42-56C-54-58-58-66-58-76Z",
        coat,
      ),
    );
    parts.push(
      path("M-56-68C-58-50-52-42-50-34L-54 0h8L-40-34C-34-46-34-54-32-60ZM28-62L31-30L28 0h8L42-32L46-62Z", coat),
    );
    if (mane) parts.push(path("M54-142C38-136 26-116 18-92C28-92 34-96 40-104C46-118 52-128 60-136Z", dim));
    parts.push(path("M56-140L54-156L66-146Z", dim));
    if (antlers)
      parts.push(
        line(
          "M58-144C46-160 44-176 50-190M50-170L36-178M64-146C66-162 76-172 78-188M70-166L86-172M48-182L42-192M76-180L84-188",
          pen.shade("wood", 0.2),
          4,
        ),
      );
    parts.push(circle(74, -130, 2.4, pen.tint("ink")));
    return `<g transform="scale(${size})">${parts.join("")}</g>`;
  };
}

/** @param {Pen} pen */
function bear(pen) {
  const [coat, dim] = [pen.shade("bark", 0.05), pen.shade("bark", 0.4)];
  return (
    groundShadow(pen, 96) +
    path("M-58-60L-56 0h26L-26-50ZM36-54L40 0h24L66-60Z", dim) +
    path(
      "M-92-66C-92-106-52-122-16-120C10-118 30-122 44-124C54-136 74-140 90-130C104-124 118-110 120-102C118-92 104-88 92-88C84-74 76-62 74-52L70 0H44L40-40C10-30-24-32-48-36L-52 0H-80C-78-20-92-40-92-66Z",
      coat,
    ) +
    circle(58, -134, 10, dim) +
    circle(80, -138, 9, coat) +
    path("M96-112C108-112 120-108 120-102C118-94 106-90 96-90Z", pen.light("bark", 0.25)) +
    circle(90, -117, 2.6, pen.tint("ink")) +
    circle(118, -104, 4, pen.tint("ink"))
  );
}

/** @param {Pen} pen */
function rabbit(pen) {
  const coat = pen.light("stone", 0.15);
  const dim = pen.shade("stone", 0.25);
  return (
    groundShadow(pen, 32) +
    path("M8-50C-2-72-6-90 0-98C8-94 14-72 16-52Z", dim) +
    path("M14-50C12-74 16-92 24-98C30-88 28-68 24-48Z", coat) +
    path("M-30-2C-38-26-22-46 0-44C6-54 24-58 34-46C40-38 36-28 26-26C28-16 28-6 26 0H-20Z", coat) +
    circle(-30, -10, 8, pen.light("white", 0.2)) +
    path("M-22 0C-24-18-6-24 2-10L4 0Z", dim) +
    circle(27, -43, 2.2, pen.tint("ink"))
  );
}

/** @param {Pen} pen */
function sheep(pen) {
  const wool = pen.light("cream", 0.2);
  return (
    groundShadow(pen, 40) +
    line("M-22-20V-2M-12-20V-2M16-20V-2M26-20V-2", pen.tint("ink"), 5) +
    path(
      "M-40-32C-46-46-34-58-22-54C-16-64 2-64 8-56C18-62 34-54 32-42C40-34 32-20 20-22C12-14-4-16-10-20C-22-14-40-20-40-32Z",
      wool,
    ) +
    path("M28-50C38-58 50-50 52-38C50-32 40-32 34-36Z", pen.shade("ink", 0)) +
    line("M30-48L22-44", pen.tint("ink"), 4)
  );
}

/** @param {Pen} pen */
function mouse(pen) {
  return (
    groundShadow(pen, 24) +
    line("M-20-6C-36-4-40-16-52-12", pen.shade("rose", 0.2), 3) +
    path("M-24 0C-28-20-8-32 8-28C20-28 34-14 38-8C34-2 26 0 18 0Z", pen.tint("grey")) +
    circle(10, -28, 9, pen.shade("grey", 0.2)) +
    circle(10, -28, 5, pen.tint("rose")) +
    circle(26, -15, 2, pen.tint("ink"))
  );
}

/** Birds on the wing, far off. @param {Pen} pen */
function flock(pen) {
  let birds = "";
  for (let i = 0, count = pen.dice.int(4, 7); i < count; i += 1) {
    const size = pen.dice.between(9, 22);
    const lift = pen.dice.between(0.4, 0.75);
    const wings = `M${n(-size)} ${n(-size * lift)}Q${n(-size * 0.4)} ${n(-size * lift * 1.1)} 0 0Q${n(size * 0.45)} ${n(-size * lift * 1.2)} ${n(size)} ${n(-size * lift * 0.8)}Q${n(size * 0.4)} ${n(-size * 0.25)} 0 ${n(size * 0.16)}Q${n(-size * 0.45)} ${n(-size * 0.2)} ${n(-size)} ${n(-size * lift)}Z`;
    birds += place(
      path(wings, pen.mood.dark ? pen.light("cream", 0.1) : pen.shade("ink", 0)),
      pen.dice.between(-130, 130),
      pen.dice.between(-60, 60),
    );
  }
  return birds;
}

/** @param {Pen} pen */
function owl(pen) {
  const [coat, dim] = [pen.tint("wood"), pen.shade("wood", 0.35)];
  return (
    line("M-50 4Q0-6 60 2", pen.shade("bark", 0.3), 9) +
    path("M-24 2C-34-30-30-66-20-78L-10-70Q0-74 10-70L20-78C30-66 34-30 24 2Q0 16-24 2Z", coat) +
    path("M-24 0C-32-28-28-46-24-54C-14-40-12-14-14 6Z", dim) +
    circle(-9, -58, 10, pen.light("cream", 0.1)) +
    circle(10, -58, 10, pen.light("cream", 0.1)) +
    circle(-8, -58, 4, pen.tint("ink")) +
    circle(9, -58, 4, pen.tint("ink")) +
    path("M-3-52h7L0-44Z", pen.tint("ochre")) +
    line("M-4-32q4 4 8 0M-6-20q6 4 12 0M-4-8q4 4 8 0", pen.light("cream", 0), 2.4)
  );
}

/** A leap out of the water. @param {Pen} pen */
function fish(pen) {
  return (
    path("M-44-6C-36-48 10-62 44-22C30-22 20-20 10-14C-6-8-20-12-30-4L-40 14L-48 8L-60 8Z", pen.light("slate", 0.25)) +
    path("M-30-22C-10-50 20-48 44-22C24-32-4-34-30-22Z", pen.shade("slate", 0.25)) +
    circle(32, -29, 2.6, pen.tint("ink")) +
    line("M-70 16Q-40 4-10 16M8 12Q40 2 66 14", pen.light("white", 0.2), 3.4)
  );
}

/** @param {Pen} pen */
function whale(pen) {
  return (
    path(
      "M-150 8C-140-56-60-88 20-70C70-60 96-34 120-30C130-44 150-60 170-56C162-44 156-34 160-22C168-14 176-6 182 2C160 0 140-8 124-12C100 6 80 8 60 8Z",
      pen.shade("slate", 0.2),
    ) +
    path("M-148 8C-138-10-80-16 60 8Z", pen.light("slate", 0.3)) +
    circle(-104, -18, 3.4, pen.light("cream", 0)) +
    line("M-60-80C-62-104-76-116-92-114M-58-80C-56-106-44-118-28-114", pen.light("white", 0.1), 5) +
    line("M-180 10Q-100-2 0 12T190 8", pen.light("white", 0.2), 4)
  );
}

/** @param {Pen} pen */
function dragon(pen) {
  const [skin, dim] = [pen.shade("pine", 0.1), pen.shade("pine", 0.4)];
  return (
    path("M-20-20C-60-110-120-120-160-96C-130-92-126-74-122-60C-104-70-92-64-84-48C-66-58-50-50-44-34Z", dim) +
    path(
      "M-180 20C-140 30-110-14-60-24C-10-34 20-20 50-36C70-48 70-76 92-88C110-92 134-76 146-64C136-58 122-58 112-58C112-30 92 6 50 12C0 20-40 2-80 20C-120 40-160 42-180 20Z",
      skin,
    ) +
    path(
      "M-6-24C10-110 80-150 124-140C100-122 102-104 104-92C84-100 70-88 66-70C46-74 34-58 32-36Z",
      pen.tint("moss"),
    ) +
    path("M92-88L88-106L102-92Z", dim) +
    circle(118, -76, 3, pen.mood.glow)
  );
}

/** @type {Record<string, Motif>} */
export const ANIMALS = {
  wolf: {
    layer: "near",
    width: 210,
    draw: canine({ fur: "stone", chest: "cream", tail: "low", ears: "sharp", size: 1.12 }),
  },
  fox: {
    layer: "near",
    width: 190,
    draw: canine({ fur: "fur", chest: "cream", tail: "brush", ears: "sharp", size: 0.86 }),
  },
  dog: {
    layer: "near",
    width: 160,
    draw: canine({ fur: "wood", chest: "cream", tail: "up", ears: "flop", size: 0.78 }),
  },
  cat: { layer: "near", width: 90, draw: cat },
  horse: { layer: "near", width: 210, draw: hoofed({ fur: "wood", mane: true, size: 1.25 }) },
  deer: { layer: "near", width: 170, draw: hoofed({ fur: "fur", antlers: true, size: 1 }) },
  bear: { layer: "near", width: 240, draw: bear },
  rabbit: { layer: "near", width: 80, draw: rabbit },
  sheep: { layer: "near", width: 100, draw: (pen) => sheep(pen) + place(sheep(pen), 96, -14, 0.8, true) },
  mouse: { layer: "near", width: 70, draw: mouse },
  bird: { layer: "sky", width: 320, draw: flock, fixed: true },
  owl: { layer: "sky", width: 120, draw: () => "" },
  fish: { layer: "water", width: 150, draw: fish },
  whale: { layer: "water", width: 380, draw: whale },
  dragon: { layer: "sky", width: 360, draw: dragon },
};

/** Sits on the branch that frames the picture rather than in the open sky. */
export const drawOwl = owl;
