import * as sluicegate from "sluicegate";
import { expectedWaits, waits } from "./timers.js";

afterEach(() => jest.useRealTimers());

test("waits follow the fake timers", async () => {
  jest.useFakeTimers();
  expect(await waits(sluicegate, (time) => jest.advanceTimersByTimeAsync(time))).toEqual(expectedWaits);
}, 30_000);
