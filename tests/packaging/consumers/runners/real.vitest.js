import * as sluicegate from "sluicegate";
import { expect, test } from "vitest";
import { exercise } from "./exercise.js";
import { expected } from "./expect.js";

test("everything works", async () => {
  expect(await exercise(sluicegate, process.env.BACKEND)).toEqual(expected);
});
