/**
 * Keeps an entry in a map, as the newest. Drops the oldest beyond `most`.
 * @template K, V
 * @param {Map<K, V>} map @param {K} key @param {V} value @param {number} most
 */
export function remember(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(/** @type {K} */ (map.keys().next().value));
}
