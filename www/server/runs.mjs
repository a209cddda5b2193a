import { createProxy } from "./proxy.mjs";

/**
 * Adds the routes of runs that belong to the server. The page asks `/api/config` whether there are any.
 * @param {import('hono').Hono<any>} app
 * @param {() => string | undefined} origin where they are served
 */
export function addRuns(app, origin) {
  app.get("/api/config", (c) => c.json({ ownsRuns: origin() !== undefined }));
  for (const path of ["/api/runs", "/api/runs/*"]) {
    app.on(["GET", "POST"], path, async (c) => {
      const url = origin();
      if (url !== undefined) return createProxy(url)(c);
      return c.json({ error: "There are no runs on this server", code: "NOT_FOUND" }, 404);
    });
  }
}
