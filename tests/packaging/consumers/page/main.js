import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";
import { backend, show } from "./show.js";

show(exercise(sluicegate, backend()));
