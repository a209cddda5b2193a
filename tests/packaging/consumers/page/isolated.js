import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";
import { backend, show } from "./show.js";

show(self.crossOriginIsolated ? exercise(sluicegate, backend()) : Promise.reject(new Error("it is not isolated")));
