import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

export default {
  async fetch(request, { BACKEND }) {
    return Response.json(await exercise(sluicegate, BACKEND));
  },
};
