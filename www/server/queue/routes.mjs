import { sendJson } from "../../../tests/faults/http.mjs";
import { createProxy } from "../proxy.mjs";

/**
 * Returns the routes of runs that belong to the server. The page asks `/api/config` whether there are any.
 * @param {() => string | undefined} origin where they are served
 * @returns {import('../../../tests/faults/http.mjs').Route[]}
 */
export function runRoutes(origin) {
  /** @type {import('../../../tests/faults/http.mjs').Visit extends infer V ? (visit: V) => unknown : never} */
  const toOwner = (visit) => {
    const url = origin();
    if (url !== undefined) return createProxy(url)(visit);
    return sendJson(visit.res, 404, { error: "There are no runs on this server", code: "NOT_FOUND" });
  };
  return [
    ["GET", /^\/api\/config$/, ({ res }) => sendJson(res, 200, { ownsRuns: origin() !== undefined })],
    ["GET", /^\/api\/runs(?:\/.*)?$/, toOwner],
    ["POST", /^\/api\/runs(?:\/.*)?$/, toOwner],
  ];
}
