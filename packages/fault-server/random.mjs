// The random numbers of pictures, melodies, durations and faults: equal seeds give equal results. Ids are random in
// another way, by the platform.

/**
 * @typedef {object} Random
 * @property {() => number} next            uniform in [0, 1)
 * @property {(low: number, high: number) => number} between
 * @property {(low: number, high: number) => number} int   both ends included
 * @property {(share: number) => boolean} chance
 * @property {<T>(list: readonly T[]) => T} pick
 */

/**
 * A 32-bit hash of a text (FNV-1a with a murmur finish, so that near-equal labels land far apart).
 * @param {string} text
 * @returns {number}
 */
export function hashText(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A generator (sfc32) whose whole sequence is decided by its label.
 * @param {string | number} label
 * @returns {Random}
 */
export function createRandom(label) {
  const text = String(label);
  let a = hashText(text);
  let b = hashText(`${text}\u0001`);
  let c = hashText(`${text}\u0002`);
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i += 1) next();
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    int: (low, high) => low + Math.floor((high - low + 1) * next()),
    chance: (share) => next() < share,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}
