import { jest } from "@jest/globals";
import * as sluicegate from "sluicegate";
import { exercise } from "./exercise.js";
import { expected } from "./expect.js";
import { expectedWaits, waits } from "./timers.js";

test("waits follow the fake timers", async () => {
  jest.useFakeTimers();
  expect(await waits(sluicegate, (time) => jest.advanceTimersByTimeAsync(time))).toEqual(expectedWaits);
  jest.useRealTimers();
}, 30_000);

test("everything works", async () => {
  expect(await exercise(sluicegate, process.env.BACKEND)).toEqual(expected);
});
