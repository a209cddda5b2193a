import * as sluicegate from "sluicegate";
import { afterEach, expect, test, vi } from "vitest";
import { expectedWaits, waits } from "./timers.js";

afterEach(() => vi.useRealTimers());

test("waits follow the fake timers", async () => {
  vi.useFakeTimers();
  expect(await waits(sluicegate, (time) => vi.advanceTimersByTimeAsync(time))).toEqual(expectedWaits);
});
