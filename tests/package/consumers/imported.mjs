import * as sluicegate from "sluicegate";
import exercise from "./exercise.cjs";

console.log(JSON.stringify(await exercise(sluicegate, process.argv[2])));
