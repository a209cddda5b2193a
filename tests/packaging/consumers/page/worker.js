import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

self.onmessage = async ({ data }) => {
  self.postMessage(await exercise(sluicegate, data).catch((error) => ({ error: String(error?.stack) })));
};
