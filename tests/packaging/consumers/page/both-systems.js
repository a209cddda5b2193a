import * as imported from "sluicegate";
import * as required from "./both-systems.cjs";
import { exercise } from "./exercise.js";
import { backend, show } from "./show.js";

const { Limiter } = required.default ?? required;
show(
  Limiter === imported.Limiter
    ? exercise({ ...imported, Limiter }, backend())
    : Promise.reject(new Error("there are two engines in one bundle")),
);
