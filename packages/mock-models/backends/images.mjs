import { createHash } from "node:crypto";
import { HttpError } from "@sluicegate/fault-server/http";
import { Shelf } from "./shelf.mjs";

/** @typedef {{sha256: string, png: Buffer, width: number, height: number}} Image */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const HEADER = 24;

/** Uploaded images, by the hash of their bytes: the same image sent twice is one. */
export class Images {
  /** @type {Shelf<Image>} */
  #images = new Shelf({ most: 200 });

  /** @param {Buffer} png @returns {Image} */
  keep(png) {
    if (png.length < HEADER || !png.subarray(0, SIGNATURE.length).equals(SIGNATURE))
      throw new HttpError(415, "The body is not a PNG image", { code: "NOT_AN_IMAGE" });
    const sha256 = createHash("sha256").update(png).digest("hex");
    return this.#images.keep(sha256, { sha256, png, width: png.readUInt32BE(16), height: png.readUInt32BE(20) });
  }

  /** @param {unknown} sha256 @returns {Image} */
  find(sha256) {
    const image = this.#images.get(sha256);
    if (!image)
      throw new HttpError(404, `image_sha256 must name an image that was sent here, not ${JSON.stringify(sha256)}`, {
        code: "UNKNOWN_IMAGE",
      });
    return image;
  }
}
