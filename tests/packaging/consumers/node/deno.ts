import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

declare const Deno: { env: { get(name: string): string | undefined } };
console.log(JSON.stringify(await exercise(sluicegate, Deno.env.get("BACKEND"))));
