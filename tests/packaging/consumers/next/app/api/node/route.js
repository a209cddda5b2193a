import * as sluicegate from "sluicegate";
import { exercise } from "../../../exercise.js";

export const dynamic = "force-dynamic";

export async function GET() {
  return Response.json(await exercise(sluicegate, process.env.BACKEND));
}
