import { StaticFiles } from "./static-files.mjs";

const PREFIX = "/docs";

/** The documentation, as `npm run docs` has built it. It may come while the server runs. */
export class Docs {
  #files;

  /** @param {string} directory */
  constructor(directory) {
    this.#files = new StaticFiles(directory);
  }

  /** @param {string} pathname */
  has(pathname) {
    return pathname === PREFIX || pathname.startsWith(`${PREFIX}/`);
  }

  /**
   * @param {import('./static-files.mjs').Request} req
   * @param {import('./static-files.mjs').Reply} res
   * @param {URL} url
   */
  async serve(req, res, url) {
    if (url.pathname === PREFIX) {
      req.resume();
      res.writeHead(308, { location: `${PREFIX}/` }).end();
      return;
    }
    const within = new URL(url);
    within.pathname = url.pathname.slice(PREFIX.length).replace(/\/$/, "/index.html");
    await this.#files.serve(req, res, within);
  }
}
