// The proxy of Next 16, which runs in Node; middleware.js is its predecessor.
import { NextResponse } from "next/server";
import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";

export const config = { matcher: "/proxied" };

async function run() {
  return NextResponse.json(await exercise(sluicegate, process.env.BACKEND));
}

export const proxy = run;
