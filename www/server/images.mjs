import { createHash } from "node:crypto";
import { HttpError } from "@sluicegate/fault-server/http";

/** @typedef {import('@sluicegate/fault-server/http').Request} Request */
/** @typedef {{sha256: string, png: Buffer, width: number, height: number}} Image */

const LARGEST = 8 * 1024 * 1024;
const REMEMBERED = 200;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const HEADER = 24;

/** Images that were sent here to be worked on, by what is in them: the same one sent twice is one. */
export class Images {
  /** @type {Map<string, Image>} */
  #images = new Map();

  /** @param {Request} req its body is a PNG @returns {Promise<Image>} */
  async receive(req) {
    const png = await readBytes(req);
    if (png.length < HEADER || !png.subarray(0, SIGNATURE.length).equals(SIGNATURE))
      throw new HttpError(415, "The body is not a PNG image", { code: "NOT_AN_IMAGE" });
    const sha256 = createHash("sha256").update(png).digest("hex");
    const image = { sha256, png, width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
    this.#images.delete(sha256);
    this.#images.set(sha256, image);
    if (this.#images.size > REMEMBERED) this.#images.delete(/** @type {string} */ (this.#images.keys().next().value));
    return image;
  }

  /** @param {unknown} sha256 @returns {Image} */
  find(sha256) {
    const image = typeof sha256 === "string" ? this.#images.get(sha256) : undefined;
    if (!image)
      throw new HttpError(404, `image_sha256 must name an image that was sent here, not ${JSON.stringify(sha256)}`, {
        code: "UNKNOWN_IMAGE",
      });
    return image;
  }
}

/** @param {Request} req @returns {Promise<Buffer>} */
async function readBytes(req) {
  /** @type {Buffer[]} */
  const parts = [];
  let size = 0;
  for await (const part of req) {
    size += part.length;
    // The rest is read all the same: a sender that is cut off never sees why.
    if (size <= LARGEST) parts.push(part);
    else parts.length = 0;
  }
  if (size > LARGEST) throw new HttpError(413, `The image is larger than ${LARGEST} bytes`, { code: "BODY_TOO_LARGE" });
  return Buffer.concat(parts);
}
