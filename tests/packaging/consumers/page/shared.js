import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = async ({ data }) => {
    port.postMessage(await exercise(sluicegate, data).catch((error) => ({ error: String(error?.stack) })));
  };
};
