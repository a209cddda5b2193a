// Middleware of Next 15, which runs on the edge; proxy.js is its successor.
import { NextResponse } from "next/server";
import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

export const config = { matcher: "/proxied" };

async function run() {
  return NextResponse.json(await exercise(sluicegate, process.env.BACKEND));
}

export const middleware = run;
