import * as sluicegate from "sluicegate";
import { exercise } from "./exercise";
import { expected } from "./expect";

test("everything works", async () => {
  expect(await exercise(sluicegate, process.env.BACKEND ?? "")).toEqual(expected);
});

test("values have their types", async () => {
  const doubled: number[] = await sluicegate.processWithConcurrency([1, 2], 2, (item) => item * 2);
  expect(doubled).toEqual([2, 4]);
});
