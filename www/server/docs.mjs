import { sendJson } from "@sluicegate/fault-server/http";
import sirv from "sirv";

/** @typedef {import('@sluicegate/fault-server/http').Request} Request */
/** @typedef {import('@sluicegate/fault-server/http').Reply} Reply */

const PREFIX = "/docs";

/** The documentation, as `npm run docs` has built it. It may come while the server runs. */
export class Docs {
  #serve;

  /** @param {string} directory */
  constructor(directory) {
    // In this mode files are looked up at each request.
    this.#serve = sirv(directory, { dev: true });
  }

  /** @param {string} pathname */
  has(pathname) {
    return pathname === PREFIX || pathname.startsWith(`${PREFIX}/`);
  }

  /**
   * @param {Request} req
   * @param {Reply} res
   * @param {URL} url
   */
  serve(req, res, url) {
    req.resume();
    if (url.pathname === PREFIX) {
      res.writeHead(308, { location: `${PREFIX}/` }).end();
      return;
    }
    req.url = url.pathname.slice(PREFIX.length) + url.search;
    this.#serve(req, res, () => sendJson(res, 404, { error: "There is no such file", code: "NOT_FOUND" }));
  }
}
