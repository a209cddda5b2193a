import { Effect } from "effect";

export default (items, limit, task) =>
  Effect.runPromise(
    Effect.forEach(items, (item, index) => Effect.promise(() => task(item, index)), { concurrency: limit }),
  );
