// Writes the wasm as text that brotli packs as well as the wasm itself: base64 cuts its bytes into pieces, and costs a quarter more.

// Printable, and never to be escaped in any kind of string or in HTML.
const CHARACTERS = Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code)).filter((character) => !'"\'`\\$<'.includes(character));
/** What begins a pair; one character does for each of the most frequent bytes. */
const PREFIXES = 2;

/**
 * @param {Uint8Array} bytes
 * @returns {{characters: string, order: string, text: string}} the characters, the prefixes first; the bytes from the most to the least
 *   frequent, in hexadecimal; and the text
 */
export function encode(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const order = counts.map((_, byte) => byte).sort((a, b) => counts[b] - counts[a] || a - b);
  const singles = CHARACTERS.slice(PREFIXES);
  const codes = new Map(order.map((byte, rank) => [byte, rank < singles.length ? singles[rank] : pair(rank - singles.length, singles)]));
  return {
    characters: CHARACTERS.join(''),
    order: Buffer.from(order).toString('hex'),
    text: Array.from(bytes, (byte) => codes.get(byte)).join(''),
  };
}

const pair = (rank, singles) => CHARACTERS[Math.floor(rank / singles.length)] + singles[rank % singles.length];
