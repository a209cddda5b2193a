import { askWorker, show } from "./show.js";
import InlineWorker from "./worker.js?worker&inline";

show(askWorker(new InlineWorker()));
