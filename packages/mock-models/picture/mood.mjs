/** @typedef {import('@sluicegate/fault-server/random').Random} Random */

/**
 * The light of a picture: all its colors.
 * @typedef {object} Mood
 * @property {import('./vocabulary.mjs').Time} time
 * @property {import('./vocabulary.mjs').Weather | undefined} weather
 * @property {boolean} dark       windows are lit and stars may show
 * @property {boolean} snowy
 * @property {boolean} autumn
 * @property {string[]} sky       from the zenith to the horizon
 * @property {string} haze        what distance fades into
 * @property {[far: string, near: string]} land
 * @property {[far: string, near: string]} water
 * @property {string} orb         sun or moon
 * @property {string} glow        lit windows and lamps
 * @property {string} manner      how the whole story is painted
 * @property {(pigment: string, depth: number) => string} tone a pigment in this light, from 0 (far) to 1 (near)
 */

/**
 * @typedef {{sky: string[], land: [string, string], water: [string, string], orb: string, shade: [string, number]}}
 * Light
 */

/** Pigments in plain daylight; `tone` puts them into the light of the picture. */
export const PIGMENTS = Object.freeze({
  ink: "#2a2e37",
  cream: "#efe4cb",
  ochre: "#cc9a45",
  rust: "#ab5534",
  clay: "#c07a58",
  moss: "#77844c",
  pine: "#3f5748",
  slate: "#5d6d7d",
  blue: "#44658c",
  wood: "#7a583d",
  bark: "#54443a",
  stone: "#a29c8f",
  rose: "#c98d80",
  skin: "#ddb593",
  grey: "#7d7f80",
  white: "#f4efe2",
  plum: "#6b4a5e",
  straw: "#d9bd7c",
  red: "#b5443a",
  fur: "#a9633a",
});

/** For each hour one light a palette: tide blue, moss green, clay red, lamp gold. @type {Record<string, Light[]>} */
const LIGHTS = {
  dawn: [
    {
      sky: ["#7d9cb3", "#cdc6be", "#f3d9b1"],
      land: ["#a4b0b6", "#51675f"],
      water: ["#dccfbb", "#63879a"],
      orb: "#fbeecb",
      shade: ["#8d8296", 0.14],
    },
    {
      sky: ["#8fa79c", "#d3cdb1", "#f3dfb0"],
      land: ["#acb59f", "#5a6b47"],
      water: ["#d8d3b4", "#66897f"],
      orb: "#fbf0cd",
      shade: ["#8a8676", 0.14],
    },
    {
      sky: ["#94909f", "#dbb9ab", "#f6d6ac"],
      land: ["#b3a5a3", "#6a5f50"],
      water: ["#e0c4ab", "#7a8289"],
      orb: "#fdebc9",
      shade: ["#94707a", 0.15],
    },
    {
      sky: ["#98a7a6", "#e0cda4", "#f7dda0"],
      land: ["#b5af98", "#686447"],
      water: ["#e4d1a3", "#70878a"],
      orb: "#fdf1c8",
      shade: ["#927f66", 0.13],
    },
  ],
  day: [
    {
      sky: ["#7fa8b9", "#b5cfd0", "#ece6cf"],
      land: ["#a3b9b4", "#5e7b55"],
      water: ["#bcd4d2", "#457c90"],
      orb: "#fbf3d6",
      shade: ["#ffffff", 0],
    },
    {
      sky: ["#93b3a9", "#c4d3bd", "#efe7c7"],
      land: ["#aebda0", "#6a7d43"],
      water: ["#c5d5c2", "#55857f"],
      orb: "#fbf3d3",
      shade: ["#ffffff", 0],
    },
    {
      sky: ["#9db3b5", "#d6d1c0", "#f2e1c4"],
      land: ["#b8b49f", "#7d7b4e"],
      water: ["#d3d3c3", "#5c8389"],
      orb: "#fdf0d2",
      shade: ["#c9a58c", 0.06],
    },
    {
      sky: ["#a9bcb0", "#dcd6b2", "#f4e5b6"],
      land: ["#bbb795", "#83803f"],
      water: ["#d9d6b5", "#62867e"],
      orb: "#fdf3cc",
      shade: ["#d4b677", 0.06],
    },
  ],
  dusk: [
    {
      sky: ["#2b4469", "#7c7590", "#e2a678"],
      land: ["#6f6f90", "#26374a"],
      water: ["#c99a82", "#2a4868"],
      orb: "#f9d9a3",
      shade: ["#2a3558", 0.36],
    },
    {
      sky: ["#2f5050", "#7f917c", "#e6c083"],
      land: ["#748577", "#2a3d35"],
      water: ["#c7b184", "#2d5456"],
      orb: "#f8e0a6",
      shade: ["#27413f", 0.34],
    },
    {
      sky: ["#423d5c", "#a76b74", "#eeaa7c"],
      land: ["#856a7c", "#3a303c"],
      water: ["#d0907c", "#463f5e"],
      orb: "#fbd3a0",
      shade: ["#40264a", 0.34],
    },
    {
      sky: ["#3d4a63", "#b08c71", "#f2c071"],
      land: ["#8a7d75", "#3c3a35"],
      water: ["#d6a873", "#3f5061"],
      orb: "#fce0a0",
      shade: ["#473a34", 0.32],
    },
  ],
  night: [
    {
      sky: ["#0f1d38", "#1f3d63", "#4a6e91"],
      land: ["#36587a", "#12263e"],
      water: ["#4d7396", "#10263f"],
      orb: "#f3ead0",
      shade: ["#11264a", 0.54],
    },
    {
      sky: ["#10242c", "#21494d", "#5b8477"],
      land: ["#3f6763", "#12292b"],
      water: ["#5a8379", "#11302f"],
      orb: "#eff0cf",
      shade: ["#0f2f35", 0.54],
    },
    {
      sky: ["#1d1b36", "#403a5f", "#86688a"],
      land: ["#5a4f76", "#1f1c33"],
      water: ["#82678a", "#221f3d"],
      orb: "#f7e4cd",
      shade: ["#231a42", 0.54],
    },
    {
      sky: ["#14203a", "#35456a", "#8a8378"],
      land: ["#52607a", "#182338"],
      water: ["#8b867f", "#17263f"],
      orb: "#fbeabb",
      shade: ["#19223f", 0.54],
    },
  ],
};
const PALETTE_WORDS = [
  /\b(?:tide|blue|ink|cold|watercolou?r)\b/i,
  /\b(?:moss|green|gouache|woodcut)\b/i,
  /\b(?:clay|red|warm|linocut)\b/i,
  /\b(?:gold|lamp gold|ochre|vintage)\b/i,
];

/**
 * Mixes two colours.
 * @param {string} from @param {string} to @param {number} share of the second
 */
export function mix(from, to, share) {
  const [a, b] = [parseInt(from.slice(1), 16), parseInt(to.slice(1), 16)];
  let mixed = 0;
  for (const shift of [16, 8, 0]) {
    const [x, y] = [(a >> shift) & 255, (b >> shift) & 255];
    mixed |= Math.round(x + (y - x) * Math.max(0, Math.min(1, share))) << shift;
  }
  return `#${mixed.toString(16).padStart(6, "0")}`;
}

/**
 * @param {import('./vocabulary.mjs').SceneReading} reading
 * @param {string} prompt
 * @param {Random} dice
 * @returns {Mood}
 */
export function chooseMood(reading, prompt, dice) {
  // Nobody lights a lamp by day.
  const time = reading.time ?? (reading.motifs.includes("lamp") ? "dusk" : "day");
  const manner = prompt.slice(prompt.lastIndexOf("·") + 1);
  const named = PALETTE_WORDS.findIndex((words) => words.test(manner));
  const light = LIGHTS[time][named >= 0 ? named : dice.int(0, 3)];
  const snowy = reading.weather === "snow";
  const dark = time === "night" || time === "dusk" || reading.weather === "storm";
  let { sky, land, water } = light;
  const [shade, shadeShare] = light.shade;
  if (reading.weather === "storm") {
    sky = sky.map((colour, i) => mix(mix(colour, "#56616b", 0.55), "#1c232c", [0.5, 0.25, 0][i]));
    water = [mix(water[0], "#5c6a70", 0.6), mix(water[1], "#1f2d36", 0.6)];
    land = [mix(land[0], "#58646a", 0.5), mix(land[1], "#22302f", 0.5)];
  } else if (reading.weather === "rain" || reading.weather === "fog") {
    sky = sky.map((colour) => mix(colour, time === "night" ? "#33455a" : "#a8b0b0", 0.45));
    land = [mix(land[0], sky[2], 0.4), mix(land[1], "#48565a", 0.3)];
  }
  if (reading.season === "autumn")
    land = [mix(land[0], "#c9a56b", 0.35), mix(land[1], dark ? "#54402e" : "#9c7436", 0.55)];
  if (snowy) {
    const snow = mix("#f1eee6", shade, shadeShare * 0.85);
    sky = sky.map((colour) => mix(colour, dark ? "#5c6f88" : "#c9d2d6", 0.25));
    land = [mix(snow, sky[1], 0.5), mix(snow, "#9fb2c4", 0.12)];
    water = [mix(water[0], "#c3d3da", 0.35), mix(water[1], "#5f7d90", 0.3)];
  }
  const haze = mix(sky[2], land[0], 0.35);
  return {
    time,
    weather: reading.weather,
    dark,
    snowy,
    autumn: reading.season === "autumn",
    sky,
    haze,
    land,
    water,
    orb: light.orb,
    glow: "#ffd98a",
    manner,
    // Night takes less of the colour from what is near: it has to stand out from the dark ground.
    tone: (pigment, depth) => mix(mix(pigment, shade, shadeShare * (1.14 - 0.4 * depth)), haze, (1 - depth) * 0.72),
  };
}

/**
 * The same hour by lamplight.
 * @param {Mood} mood
 * @returns {Mood}
 */
export function indoors(mood) {
  return { ...mood, snowy: false, tone: (pigment) => mix(pigment, "#4a2f35", mood.dark ? 0.3 : 0.06) };
}
