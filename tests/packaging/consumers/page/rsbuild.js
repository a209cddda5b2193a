import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";
import { backend, show } from "./show.js";

const result = document.body.appendChild(document.createElement("pre"));
result.id = "result";
show(exercise(sluicegate, backend()));
