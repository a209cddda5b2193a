import { askWorker, show } from "./show.js";

show(askWorker(new Worker(new URL("./worker.js", import.meta.url))));
