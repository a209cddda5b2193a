import { askWorker, show } from "./show.js";

const worker = new SharedWorker(new URL("./shared.js", import.meta.url), { type: "module" });
show(askWorker(worker, worker.port));
