import { renderPicture } from "../picture/picture.mjs";
import { Generation } from "./generation.mjs";
import { idOf, sendImmutable } from "./immutable.mjs";
import { Projects, publicProject } from "./projects.mjs";
import { RenderCache } from "./render-cache.mjs";

/** @typedef {import('./projects.mjs').Piece} Piece */

/** The routes of the storyboard: the phases behind one endpoint, its projects, and their pictures and sounds. */
export class Storyboard {
  #projects = new Projects();
  #generation;
  #speech;
  /** @type {RenderCache<Piece>} */
  #pictures = new RenderCache(({ text, variation }) => renderPicture(text, variation));

  /** @param {Omit<import('./generation.mjs').GenerationTools, "projects">} tools */
  constructor(tools) {
    this.#speech = tools.speech;
    this.#generation = new Generation({ ...tools, projects: this.#projects });
  }

  /**
   * @param {import('@sluicegate/fault-server/http').App} app
   * @param {import('./work.mjs').Sell} sell
   */
  addTo(app, sell) {
    const endpoint = sell(this.#generation);
    app.post("/api/generate", (c) => endpoint.handle(c));
    app.get("/api/projects/:id", (c) => {
      const project = this.#projects.find(c.req.param("id"));
      // The caller has these pieces now: to ask for others is a new wish, not a repetition.
      for (const { image, audio } of project.scenes)
        for (const piece of [image, audio]) if (piece) piece.work.delivered = true;
      return c.json(publicProject(project));
    });
    app.get("/api/pictures/:file{[\\w-]+\\.svg}", (c) =>
      sendImmutable(c, this.#pictures.get(this.#projects.findPiece(idOf(c), "image")), "image/svg+xml"),
    );
    app.get("/api/sounds/:file{[\\w-]+\\.wav}", async (c) =>
      sendImmutable(c, await this.#speech.wavOf(this.#projects.findPiece(idOf(c), "audio")), "audio/wav"),
    );
  }
}
