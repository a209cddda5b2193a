import { setMaxListeners } from "node:events";
import { createApp, HttpError, serverOf } from "./http.mjs";
import { onThisMachine } from "./listening.mjs";
import { PaidWork } from "./paid.mjs";

/** The fault server by itself, on this machine only: paid work, and everything that can happen to a call on its way. */
export function createFaultServer() {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const paid = new PaidWork(closing.signal);
  const app = createApp({ cutsSockets: (path) => paid.cutsSockets(path) });
  paid.addTo(app);
  return onThisMachine(serverOf(app), () => closing.abort(new HttpError(503, "The server has closed")));
}
