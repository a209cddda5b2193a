import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

console.log(JSON.stringify(await exercise(sluicegate, process.env.BACKEND)));
