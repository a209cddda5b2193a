import { ANIMALS } from "./animals.mjs";
import { BUILDINGS } from "./buildings.mjs";
import { FIGURES } from "./figures.mjs";
import { PLANTS } from "./plants.mjs";
import { THINGS } from "./things.mjs";
import { VEHICLES } from "./vehicles.mjs";

/**
 * Everything that can be put into a picture by name. What the sky, the land or the room makes of its own accord (sea,
 * moon, snow, road, window …) is not among them.
 * @type {Readonly<Record<string, import('../pen.mjs').Motif>>}
 */
export const MOTIFS = Object.freeze({ ...FIGURES, ...ANIMALS, ...PLANTS, ...BUILDINGS, ...VEHICLES, ...THINGS });
