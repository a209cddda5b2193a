"use server";

import * as sluicegate from "sluicegate";
import { exercise } from "../../exercise.js";

export async function exerciseInAction() {
  return exercise(sluicegate, process.env.BACKEND);
}
