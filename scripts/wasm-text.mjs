// Writes the wasm as text that brotli packs as well as the wasm itself: base64 cuts its bytes into pieces, and costs a quarter more.

// Printable, and never to be escaped in any kind of string or in HTML.
const CHARACTERS = Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code)).filter((character) => !'"\'`\\$<'.includes(character));
/** What begins a pair; one character does for each of the most frequent bytes. */
const PREFIXES = 2;

/**
 * @param {Uint8Array} bytes
 * @returns {{characters: string, frequent: string, text: string}} the characters, the prefixes first; a bit for each byte, in
 *   hexadecimal: whether one character stands for it; and the text. Bytes keep their order: next to each other, brotli finds them akin.
 */
export function encode(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const all = counts.map((_, byte) => byte);
  const singles = CHARACTERS.slice(PREFIXES);
  const frequent = new Set([...all].sort((a, b) => counts[b] - counts[a] || a - b).slice(0, singles.length));
  const codes = new Map();
  all.filter((byte) => frequent.has(byte)).forEach((byte, rank) => codes.set(byte, singles[rank]));
  all.filter((byte) => !frequent.has(byte)).forEach((byte, rank) => codes.set(byte, pair(rank, singles)));
  const bits = Array.from({ length: 64 }, (_, nibble) => [0, 1, 2, 3].reduce((sum, bit) => sum + (frequent.has(4 * nibble + bit) << bit), 0));
  return {
    characters: CHARACTERS.join(''),
    frequent: bits.map((nibble) => nibble.toString(16)).join(''),
    text: Array.from(bytes, (byte) => codes.get(byte)).join(''),
  };
}

const pair = (rank, singles) => CHARACTERS[Math.floor(rank / singles.length)] + singles[rank % singles.length];
