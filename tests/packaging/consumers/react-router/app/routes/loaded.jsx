import * as sluicegate from "sluicegate";
import { exercise } from "../../exercise.js";

export const loader = () => exercise(sluicegate, process.env.BACKEND);

export default function Page({ loaderData }) {
  return <pre id="result">{JSON.stringify(loaderData)}</pre>;
}
