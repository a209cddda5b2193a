import { createHash } from "node:crypto";

/**
 * Returns the reply with bytes that never change under their address, with ETag and single ranges: WebKit plays no
 * sound without ranges.
 * @param {import('@sluicegate/fault-server/http').Context} c
 * @param {Buffer} bytes
 * @param {string} contentType
 */
export function sendImmutable(c, bytes, contentType) {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  const headers = {
    "content-type": contentType,
    "cache-control": "public, max-age=31536000, immutable",
    "accept-ranges": "bytes",
    etag,
  };
  if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
  const size = bytes.length;
  const range = rangeOf(c.req.header("range"), size);
  if (!range) return c.body(new Uint8Array(bytes), 200, headers);
  const { start, end } = range;
  if (start > end) return c.body(null, 416, { "content-range": `bytes */${size}` });
  const part = new Uint8Array(bytes.subarray(start, end + 1));
  return c.body(part, 206, { ...headers, "content-range": `bytes ${start}-${end}/${size}` });
}

/**
 * Returns the name of the requested file, without its extension.
 * @param {import('@sluicegate/fault-server/http').Context} c its route has a `:file`
 */
export const idOf = (c) => /** @type {string} */ (c.req.param("file")).replace(/\.\w+$/, "");

/**
 * Returns the first and last byte of a range, or `undefined` for the whole.
 * @param {string | undefined} header @param {number} size
 */
function rangeOf(header, size) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (!first && !last) return undefined;
  const start = first ? Number(first) : Math.max(0, size - Number(last));
  const end = first && last ? Math.min(size - 1, Number(last)) : size - 1;
  return start === 0 && end === size - 1 ? undefined : { start, end };
}
