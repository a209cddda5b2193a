import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  const reply = exercise(sluicegate, event.data).catch((error) => ({ error: String(error?.stack) }));
  event.waitUntil(reply.then((result) => event.ports[0].postMessage(result)));
});
