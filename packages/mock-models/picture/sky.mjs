import { blob, circle, line, n, path, place, rect } from "./brush.mjs";
import { mix } from "./mood.mjs";

/** @typedef {import('@sluicegate/fault-server/random').Random} Random */
/** @typedef {import('./mood.mjs').Mood} Mood */

/**
 * Where the light of the picture stands.
 * @typedef {object} Orb
 * @property {number} x
 * @property {number} y
 * @property {boolean} shown
 */

/**
 * @param {Mood} mood @param {Random} dice @param {(word: string) => boolean} has @param {number} horizon
 * @returns {{svg: string, orb: Orb}}
 */
export function drawSky(mood, dice, has, horizon) {
  const covered =
    mood.weather === "storm" ||
    mood.weather === "rain" ||
    mood.weather === "fog" ||
    (mood.weather === "snow" && !has("moon") && !has("sun"));
  const low = mood.time === "dawn" || mood.time === "dusk";
  const orb = {
    x: dice.chance(0.5) ? dice.between(240, 480) : dice.between(800, 1060),
    y: low && !has("moon") ? horizon - dice.between(40, 90) : dice.between(130, 210),
    shown: !covered || has("moon") || has("sun"),
  };
  const parts = [rect(0, 0, 1280, 720, "url(#sky)"), bands(mood, dice, horizon)];
  if (mood.time === "night" && !covered) parts.push(stars(mood, dice, horizon, has("star") ? 150 : 90));
  if (has("star")) parts.push(greatStar(mood, dice, orb));
  if (orb.shown) parts.push(drawOrb(mood, dice, orb, has("moon")));
  parts.push(clouds(mood, dice, horizon, covered ? 7 : has("cloud") ? 6 : dice.int(2, 3)));
  if (mood.weather === "storm") parts.push(lightning(mood, dice, horizon));
  return { svg: parts.join(""), orb };
}

/**
 * Long dry brush strokes, so that the gradient looks painted.
 * @param {Mood} mood
 * @param {Random} dice
 * @param {number} horizon
 */
function bands(mood, dice, horizon) {
  let strokes = "";
  for (let i = 0; i < 9; i += 1) {
    const share = dice.next();
    const y = 20 + share * (horizon - 40);
    const x = dice.between(-200, 900);
    const length = dice.between(300, 760);
    const thick = dice.between(8, 26);
    const colour = mix(share < 0.5 ? mood.sky[1] : mood.sky[2], mood.orb, dice.between(0, 0.25));
    strokes += path(
      `M${n(x)} ${n(y)}q${n(length / 2)} ${n(-thick)} ${n(length)} 0q${n(-length / 2)} ${n(thick)}${n(-length)} 0Z`.replace(
        / (-)/g,
        "$1",
      ),
      colour,
      `opacity="${n(dice.between(0.15, 0.4))}"`,
    );
  }
  return strokes;
}

/** @param {Mood} mood @param {Random} dice @param {number} horizon @param {number} count */
function stars(mood, dice, horizon, count) {
  const sizes = ["", "", ""];
  for (let i = 0; i < count; i += 1) {
    // Fewer towards the horizon, where the air is thick.
    const y = 34 + dice.next() ** 1.5 * (horizon - 80);
    sizes[Math.min(2, Math.floor(dice.next() ** 3 * 4))] += `M${n(dice.between(30, 1250))} ${n(y)}h0`;
  }
  return sizes
    .map((d, i) => (d ? line(d, mood.orb, [1.7, 2.7, 4.2][i], `opacity="${[0.55, 0.75, 0.95][i]}"`) : ""))
    .join("");
}

/** @param {Mood} mood @param {Random} dice @param {Orb} orb */
function greatStar(mood, dice, orb) {
  const x = orb.x > 640 ? dice.between(260, 520) : dice.between(760, 1020);
  const y = dice.between(90, 190);
  const ray = "M0-46Q3-8 8-8Q8-3 46 0Q8 3 8 8Q3 8 0 46Q-3 8-8 8Q-8 3-46 0Q-8-3-8-8Q-3-8 0-46Z";
  return circle(x, y, 110, "url(#halo)") + place(path(ray, mix(mood.orb, "#ffffff", 0.4)), x, y);
}

/** @param {Mood} mood @param {Random} dice @param {Orb} orb @param {boolean} moon */
function drawOrb(mood, dice, { x, y }, moon) {
  if (mood.time !== "night" && !moon) {
    const size = mood.time === "day" ? 44 : 62;
    return (
      circle(x, y, size * 5.2, "url(#halo)") +
      circle(x, y, size * 1.5, mood.orb, 'opacity=".22"') +
      circle(x, y, size, mood.orb)
    );
  }
  const size = 50;
  const halo = circle(x, y, size * 4.6, "url(#halo)") + circle(x, y, size * 1.7, mood.orb, 'opacity=".1"');
  if (dice.chance(0.45)) {
    const waning = dice.chance(0.5);
    return (
      halo +
      place(
        path(`M12-${size}A${size} ${size} 0 1 0 12 ${size}A${size * 0.78} ${size * 0.86} 0 1 1 12-${size}Z`, mood.orb),
        x,
        y,
        1,
        waning,
        "",
      )
    );
  }
  return (
    halo +
    circle(x, y, size, mood.orb) +
    circle(x - 14, y - 10, 10, mood.sky[1], 'opacity=".14"') +
    circle(x + 16, y + 12, 15, mood.sky[1], 'opacity=".11"') +
    circle(x + 10, y - 24, 6, mood.sky[1], 'opacity=".13"')
  );
}

/** @param {Mood} mood @param {Random} dice @param {number} horizon @param {number} count */
function clouds(mood, dice, horizon, count) {
  let parts = "";
  const heavy = mood.weather === "storm" || mood.weather === "rain";
  for (let i = 0; i < count; i += 1) {
    const y = heavy ? dice.between(20, horizon * 0.5) : dice.between(70, horizon * 0.72);
    const x = dice.between(0, 1280);
    const wide = dice.between(110, 230) * (heavy ? 1.5 : 1);
    const colour = heavy
      ? mix(mood.sky[0], mood.sky[2], dice.between(0, 0.35))
      : mix(mood.sky[2], mood.dark ? mood.sky[1] : "#fdf8ea", mood.dark ? dice.between(0.2, 0.6) : 0.55);
    parts += cloud(dice, x, y, wide, colour, mix(colour, mood.sky[0], 0.22), heavy ? 0.85 : mood.dark ? 0.5 : 0.8);
  }
  return parts;
}

/**
 * A flat-bottomed heap with a shadow under it.
 * @param {Random} dice
 * @param {number} x
 * @param {number} y
 * @param {number} wide
 * @param {string} colour
 * @param {string} dim
 * @param {number} opacity
 */
function cloud(dice, x, y, wide, colour, dim, opacity) {
  const high = wide * dice.between(0.2, 0.3);
  const heaps = dice.int(4, 6);
  let d = `M${n(-wide)} 0`;
  for (let i = 1; i <= heaps; i += 1) {
    const at = i / heaps;
    const [x, y] = [-wide + at * 2 * wide, i === heaps ? 0 : -Math.sin(Math.PI * at) * high * dice.between(0.8, 1.25)];
    const r = (wide / heaps) * dice.between(1.05, 1.3);
    d += `A${n(r * 1.15)} ${n(r)} 0 0 1 ${n(x)} ${n(y)}`;
  }
  d += `Q${n(wide * 0.5)} ${n(high * 0.3)} ${n(-wide * 0.2)} ${n(high * 0.22)}T${n(-wide)} 0Z`;
  const under = `M${n(-wide * 0.96)} 0Q${n(-wide * 0.3)} ${n(-high * 0.75)} ${n(wide * 0.2)} ${n(-high * 0.3)}T${n(wide * 0.98)} 0Q${n(wide * 0.5)} ${n(high * 0.3)} ${n(-wide * 0.2)} ${n(high * 0.22)}T${n(-wide * 0.96)} 0Z`;
  return place(path(d, colour) + path(under, dim, 'opacity=".5"'), x, y, 1, false, `opacity="${opacity}"`);
}

/** @param {Mood} mood @param {Random} dice @param {number} horizon */
function lightning(mood, dice, horizon) {
  let [x, y] = [dice.between(300, 980), 110];
  let d = `M${n(x)} ${n(y)}`;
  while (y < horizon - 30) {
    x += dice.between(-42, 42);
    y += dice.between(24, 54);
    d += `L${n(x)} ${n(y)}`;
  }
  return line(d, mood.orb, 9, 'opacity=".18"') + line(d, mix(mood.orb, "#ffffff", 0.5), 3);
}

/** Draws the weather that falls or drifts before everything else. @param {Mood} mood @param {Random} dice */
export function drawWeather(mood, dice) {
  if (mood.weather === "rain" || mood.weather === "storm") {
    const slant = mood.weather === "storm" ? -22 : -9;
    const depths = ["", ""];
    for (let i = 0; i < 170; i += 1)
      depths[i % 2] += `M${n(dice.between(20, 1300))} ${n(dice.between(20, 690))}l${slant} ${i % 2 ? 46 : 30}`;
    return (
      line(depths[0], mood.sky[2], 1.3, 'opacity=".4"') +
      line(depths[1], mix(mood.sky[2], "#ffffff", 0.3), 1.9, 'opacity=".38"')
    );
  }
  if (mood.weather === "snow") {
    const depths = ["", "", ""];
    for (let i = 0; i < 190; i += 1) depths[i % 3] += `M${n(dice.between(20, 1260))} ${n(dice.between(20, 700))}h0`;
    return depths.map((d, i) => line(d, "#fbf8f0", [2.6, 4.6, 7.4][i], `opacity="${[0.6, 0.75, 0.8][i]}"`)).join("");
  }
  if (mood.weather === "fog") {
    let veils = "";
    for (let i = 0; i < 5; i += 1)
      veils += path(
        blob(dice, dice.between(100, 1180), 330 + i * 70, dice.between(420, 680), dice.between(26, 46), 10, 0.2),
        mood.haze,
        'opacity=".3"',
      );
    return veils;
  }
  if (mood.weather === "wind") {
    let gusts = "";
    for (let i = 0; i < 5; i += 1)
      gusts += `M${n(dice.between(60, 900))} ${n(dice.between(120, 520))}q${n(dice.between(120, 200))}-30 ${n(dice.between(220, 300))}-4t50-26q-16-22-34-4`;
    return line(gusts, mix(mood.sky[2], "#ffffff", 0.4), 2.4, 'opacity=".3"');
  }
  return "";
}
