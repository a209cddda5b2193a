import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";
import { expected } from "./expect.js";

test("everything works", async () => {
  // jsdom has no fetch.
  globalThis.fetch ??= require("./fetch.cjs");
  expect(await exercise(sluicegate, process.env.BACKEND)).toEqual(expected);
});
