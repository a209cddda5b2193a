// A server component.
import * as sluicegate from "sluicegate";
import { exercise } from "../exercise.js";

export const dynamic = "force-dynamic";

export default async function Page() {
  return <pre id="result">{JSON.stringify(await exercise(sluicegate, process.env.BACKEND))}</pre>;
}
