// Statistics and the format of numbers.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Returns the quartiles of the values. @returns {[number, number]} */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))];
  return [at(0.25), at(0.75)];
}

/** Three digits that count. @param {number} value */
export const rounded = (value) => (Number.isFinite(value) ? Number(value.toPrecision(3)) : undefined);

/** Formats a number for a table, with three significant digits. */
export function shown(value) {
  if (value === undefined || !Number.isFinite(value)) return "–";
  if (value >= 100 || value === 0) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

export const times = (value) =>
  Number.isFinite(value) ? `${value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)}×` : "–";
export const kilobytes = (bytes) => `${(bytes / 1_000).toFixed(2)} kB`;

/** Formats a table, with all columns but the first right-aligned. @param {string[][]} rows the head first */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ");
  const [head, ...body] = rows.map(line);
  return [head, "─".repeat(head.length), ...body].join("\n");
}

/** Formats the notes on libraries. @param {import("./peers.mjs").Library[]} libraries */
export const notes = (libraries) =>
  libraries
    .filter(({ note }) => note)
    .map(({ name, note }) => `  ${name}: ${note}`)
    .join("\n");
