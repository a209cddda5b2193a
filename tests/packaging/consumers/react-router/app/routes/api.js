import * as sluicegate from "sluicegate";
import { exercise } from "../../exercise.js";

export const loader = async () => Response.json(await exercise(sluicegate, process.env.BACKEND));
