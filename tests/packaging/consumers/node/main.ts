import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

const backend: string = process.env.BACKEND ?? "";
console.log(JSON.stringify(await exercise(sluicegate, backend)));
